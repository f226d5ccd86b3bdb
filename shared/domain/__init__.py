"""The pure core: incidents, events, proposals, ballots, the vote. Knows no AWS and no clock."""

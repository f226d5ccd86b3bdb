"""A recorded incident decided once more, by the code and the configuration of today."""

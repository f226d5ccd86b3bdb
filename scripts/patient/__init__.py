"""The patient: a storefront, simulated at the AWS API, whose health follows from real resources."""

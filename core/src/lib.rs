//! The domain of kubemint.

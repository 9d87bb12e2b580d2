//! Splits an SDP into lines and reads the view.
use super::{SdpError, SessionDescription};

/// One line of the text.
#[derive(Clone, Debug)]
pub(super) struct Line;

impl SessionDescription {
    /// Reads an SDP body.
    pub fn parse(_text: &[u8]) -> Result<Self, SdpError> {
        Err(SdpError::NoAddress)
    }
}

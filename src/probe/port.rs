//! Finding a free port on loopback.

use std::net::{Ipv4Addr, TcpListener};

/// A port on 127.0.0.1 that nobody listened on a moment ago. The system gives it; somebody else may take it before
/// it is used, which the identity check of the target then tells.
///
/// # Errors
/// When the system has no port to give.
pub(crate) fn free() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

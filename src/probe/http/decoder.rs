//! Decoding a body piece by piece, with a cap on the decoded bytes.
//!
//! The client could decode by itself, and would then take `content-encoding` and `content-length` out of the
//! headers, which steps judge. So the pieces come as they were sent and are decoded here.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{MultiGzDecoder, ZlibDecoder};

/// The buffer of the brotli decoder, in bytes.
const BUFFER: usize = 16 * 1024;

/// A body on its way through the decoder that its coding asks for.
pub(super) enum Decoder {
    /// Not coded, or in a coding that is not known.
    Identity(Capped),
    /// `gzip` (RFC 9110, section 8.4.1.3).
    Gzip(MultiGzDecoder<Capped>),
    /// `deflate`, which is the zlib format (RFC 9110, section 8.4.1.2).
    Deflate(ZlibDecoder<Capped>),
    /// `br` (RFC 7932).
    Brotli(Box<DecompressorWriter<Capped>>),
}

impl Decoder {
    /// A decoder for the value of `content-encoding`, that keeps at most `limit` decoded bytes.
    pub(super) fn new(coding: Option<&str>, limit: usize) -> Self {
        let body = Capped { bytes: Vec::new(), limit, is_full: false };
        match coding.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Self::Gzip(MultiGzDecoder::new(body)),
            "deflate" => Self::Deflate(ZlibDecoder::new(body)),
            "br" => Self::Brotli(Box::new(DecompressorWriter::new(body, BUFFER))),
            _ => Self::Identity(body),
        }
    }

    /// Takes the next piece as it was sent, and says whether more is wanted.
    ///
    /// # Errors
    /// When the piece does not decode.
    pub(super) fn push(&mut self, piece: &[u8]) -> io::Result<bool> {
        let written = match self {
            Self::Identity(body) => body.write_all(piece),
            Self::Gzip(decoder) => decoder.write_all(piece),
            Self::Deflate(decoder) => decoder.write_all(piece),
            Self::Brotli(decoder) => decoder.write_all(piece),
        };
        if self.body().is_full { Ok(false) } else { written.map(|()| true) }
    }

    /// The decoded bytes, and whether the cap cut them.
    ///
    /// # Errors
    /// When the coding says that there should have been more. `any` tells whether any piece came at all: an answer
    /// without a body (to `HEAD`, or with 304) names a coding all the same.
    pub(super) fn finish(mut self, any: bool) -> io::Result<(Vec<u8>, bool)> {
        if any && !self.body().is_full {
            let ended = self.end();
            if !self.body().is_full {
                ended?;
            }
        }
        let body = self.body();
        Ok((std::mem::take(&mut body.bytes), body.is_full))
    }

    fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Identity(_) => Ok(()),
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Deflate(decoder) => decoder.try_finish(),
            Self::Brotli(decoder) => decoder.close(),
        }
    }

    fn body(&mut self) -> &mut Capped {
        match self {
            Self::Identity(body) => body,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Deflate(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
        }
    }
}

/// Bytes up to a limit. What goes past it is refused, so that a decoder stops in the middle of a piece: a few bytes
/// can decode to gigabytes.
pub(super) struct Capped {
    bytes: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let taken = piece.len().min(self.limit - self.bytes.len());
        self.bytes.extend_from_slice(&piece[..taken]);
        if taken < piece.len() {
            self.is_full = true;
            return Err(io::Error::other("the body is larger than its limit"));
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    /// `hello world` in brotli: one block that is stored as it is.
    const BROTLI: &[u8] = b"\x0b\x05\x80hello world\x03";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(coding: &str, sent: &[u8], limit: usize) -> io::Result<(String, bool)> {
        let mut decoder = Decoder::new(Some(coding), limit);
        for piece in sent.chunks(7) {
            if !decoder.push(piece)? {
                break;
            }
        }
        let (bytes, truncated) = decoder.finish(!sent.is_empty())?;
        Ok((String::from_utf8(bytes).unwrap(), truncated))
    }

    #[test]
    fn every_known_coding_is_decoded_in_pieces() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(b"some text").unwrap();
        assert_eq!(decode("gzip", &gzip(b"some text"), 100).unwrap(), ("some text".to_owned(), false));
        assert_eq!(decode("deflate", &zlib.finish().unwrap(), 100).unwrap(), ("some text".to_owned(), false));
        assert_eq!(decode("br", BROTLI, 100).unwrap(), ("hello world".to_owned(), false));
    }

    #[test]
    fn an_unknown_coding_stays_as_it_came() {
        assert_eq!(decode("zstd", b"as it came", 100).unwrap(), ("as it came".to_owned(), false));
    }

    #[test]
    fn a_body_of_exactly_the_limit_is_whole_and_one_more_byte_is_cut() {
        assert_eq!(decode("identity", b"12345", 5).unwrap(), ("12345".to_owned(), false));
        assert_eq!(decode("identity", b"123456", 5).unwrap(), ("12345".to_owned(), true));
    }

    #[test]
    fn a_bomb_is_cut_at_the_limit() {
        let bomb = gzip(&vec![b'x'; 50 << 20]);
        let (text, truncated) = decode("gzip", &bomb, 1_000).unwrap();
        assert_eq!((text.len(), truncated), (1_000, true));
    }

    #[test]
    fn a_coded_body_that_breaks_off_is_an_error() {
        let sent = gzip(b"some text that is long enough");
        decode("gzip", &sent[..sent.len() - 9], 100).unwrap_err();
        decode("gzip", b"this is no gzip at all", 100).unwrap_err();
        decode("br", &BROTLI[..8], 100).unwrap_err();
    }

    #[test]
    fn no_body_at_all_is_fine_whatever_its_coding() {
        for coding in ["gzip", "deflate", "br"] {
            assert_eq!(decode(coding, b"", 100).unwrap(), (String::new(), false), "{coding}");
        }
    }
}

//! Files that people write, as bytes.

use std::borrow::Cow;

/// The text of a file, or what is wrong with it, in words that whoever wrote it understands.
///
/// # Errors
/// A file that is not UTF-8.
pub fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>, &'static str> {
    let without_mark = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if is_wide || without_mark.iter().take(64).filter(|byte| **byte == 0).count() > 4 {
        return Err("is written in UTF-16: save it once more as plain text in UTF-8");
    }
    match std::str::from_utf8(without_mark) {
        // What old editors of a Mac end lines with.
        Ok(text) if !text.contains('\n') && text.contains('\r') => Ok(text.replace('\r', "\n").into()),
        Ok(text) => Ok(text.into()),
        Err(_) => Err("is not plain text in UTF-8: save it once more as that"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_write_is_read_or_explained() {
        assert_eq!(text_of("\u{feff}name = \"é\"\r\n".as_bytes()).as_deref(), Ok("name = \"é\"\r\n"));
        assert_eq!(text_of(b"a = 1\rb = 2\r").as_deref(), Ok("a = 1\nb = 2\n"));
        let wide = |order: fn(u16) -> [u8; 2]| "a = 1\n".encode_utf16().flat_map(order).collect::<Vec<_>>();
        for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes), b"\xff\xfe".to_vec()] {
            assert!(text_of(&bytes).is_err_and(|problem| problem.contains("UTF-16")));
        }
        assert!(text_of(b"name = \"\xe9\"").is_err_and(|problem| problem.contains("UTF-8")));
    }
}

//! Reading a header from front to back, never past the end, never more than there is.

/// What is wrong with a file.
#[derive(Debug)]
pub enum Fault {
    /// Other than its writer left it.
    Damaged(String),
    /// In order, but not for us.
    Unsupported(String),
}

pub type Result<T> = std::result::Result<T, Fault>;

/// Tensor names have at most 63 letters, keys in use some 50.
const MAX_NAME_BYTES: u64 = 1024;

pub struct Cursor<'a> {
    header: &'a [u8],
    at: usize,
    /// The file goes on after what may be its header.
    is_limited: bool,
}

impl<'a> Cursor<'a> {
    pub fn new(whole: &'a [u8], max_header_bytes: usize) -> Self {
        let header = &whole[..whole.len().min(max_header_bytes)];
        Self { header, at: 0, is_limited: header.len() < whole.len() }
    }

    /// Bytes from the file's beginning.
    pub fn position(&self) -> usize {
        self.at
    }

    pub fn remaining(&self) -> u64 {
        (self.header.len() - self.at) as u64
    }

    fn end(&self) -> Fault {
        if self.is_limited {
            Fault::Damaged(format!("its header has more than {} MiB", self.header.len() >> 20))
        } else {
            Fault::Damaged("it ends within its header; it was cut off".into())
        }
    }

    pub fn skip(&mut self, count: u64) -> Result<()> {
        if count > self.remaining() {
            return Err(self.end());
        }
        self.at += count as usize;
        Ok(())
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.header[self.at..].first_chunk().copied().ok_or_else(|| self.end())?;
        self.at += N;
        Ok(bytes)
    }

    pub fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// The bytes of a string: its length, then as many bytes.
    pub fn string(&mut self) -> Result<std::ops::Range<usize>> {
        let length = self.u64()?;
        let start = self.at;
        self.skip(length)?;
        Ok(start..self.at)
    }

    /// A short string. `what`: how errors call it.
    pub fn name(&mut self, what: &str) -> Result<String> {
        let length = self.u64()?;
        if length > MAX_NAME_BYTES {
            return Err(Fault::Damaged(format!("{what} in its header has {length} bytes")));
        }
        let start = self.at;
        self.skip(length)?;
        let name = std::str::from_utf8(&self.header[start..self.at]);
        name.map(str::to_owned).map_err(|_| Fault::Damaged(format!("{what} in its header is not UTF-8")))
    }
}

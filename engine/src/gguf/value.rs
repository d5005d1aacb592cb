//! Values of a GGUF header. Texts and lists stay in the file and are read when asked for: a vocabulary has 131072
//! entries.

use std::ops::Range;

use serde_json::{Number, Value as Json};

use super::cursor::{Cursor, Fault, Result};

/// Ids of the types (`gguf_metadata_value_type`).
const STRING: u32 = 8;
const ARRAY: u32 = 9;
/// Entries of a list; vocabularies have up to 300000 merges.
const MAX_LIST: u64 = 1 << 22;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    /// The place of its bytes.
    Text(Range<usize>),
    List(List),
}

#[derive(Clone, Debug, PartialEq)]
pub struct List {
    kind: u32,
    count: usize,
    place: Range<usize>,
}

impl Value {
    /// Reads a type and a value of that type. `key`: for errors.
    pub fn read(cursor: &mut Cursor, key: &str) -> Result<Self> {
        match cursor.u32()? {
            ARRAY => List::read(cursor, key).map(Self::List),
            kind => Self::read_one(cursor, kind, key),
        }
    }

    fn read_one(cursor: &mut Cursor, kind: u32, key: &str) -> Result<Self> {
        Ok(match kind {
            0 => Self::Unsigned(u8::from_le_bytes(cursor.array()?).into()),
            1 => Self::Signed(i8::from_le_bytes(cursor.array()?).into()),
            2 => Self::Unsigned(u16::from_le_bytes(cursor.array()?).into()),
            3 => Self::Signed(i16::from_le_bytes(cursor.array()?).into()),
            4 => Self::Unsigned(u32::from_le_bytes(cursor.array()?).into()),
            5 => Self::Signed(i32::from_le_bytes(cursor.array()?).into()),
            6 => Self::Float(f32::from_le_bytes(cursor.array()?).into()),
            7 => Self::Bool(cursor.array::<1>()? != [0]),
            STRING => Self::Text(cursor.string()?),
            10 => Self::Unsigned(cursor.u64()?),
            11 => Self::Signed(i64::from_le_bytes(cursor.array()?)),
            12 => Self::Float(f64::from_le_bytes(cursor.array()?)),
            other => return Err(Fault::Damaged(format!("its key {key} has the unknown type {other}"))),
        })
    }

    /// `whole`: the file's bytes.
    pub fn to_json(&self, whole: &[u8]) -> Json {
        match self {
            Self::Unsigned(number) => Json::from(*number),
            Self::Signed(number) => Json::from(*number),
            Self::Float(number) => {
                Number::from_f64(*number).map_or_else(|| Json::from(number.to_string()), Json::Number)
            }
            Self::Bool(switch) => Json::Bool(*switch),
            Self::Text(place) => Json::from(String::from_utf8_lossy(&whole[place.clone()])),
            Self::List(_) => Json::from("a list"),
        }
    }
}

impl List {
    fn read(cursor: &mut Cursor, key: &str) -> Result<Self> {
        let (kind, count) = (cursor.u32()?, cursor.u64()?);
        let item_bytes = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            10..=12 | STRING => 8,
            ARRAY => return Err(Fault::Damaged(format!("its key {key} is a list of lists"))),
            other => return Err(Fault::Damaged(format!("its key {key} is a list of the unknown type {other}"))),
        };
        if count > MAX_LIST {
            return Err(Fault::Damaged(format!("its key {key} claims {count} entries")));
        }
        let start = cursor.position();
        if kind == STRING {
            for _ in 0..count {
                cursor.string()?;
            }
        } else {
            cursor.skip(count * item_bytes)?;
        }
        Ok(Self { kind, count: count as usize, place: start..cursor.position() })
    }

    pub fn len(&self) -> usize {
        self.count
    }

    /// The entries, one by one; `whole`: the file's bytes.
    fn items(&self, whole: &[u8]) -> impl Iterator<Item = Value> {
        let mut cursor = Cursor::new(&whole[..self.place.end], usize::MAX);
        // Was read once, and so can be read again; should it not be, the list is shorter and that is noticed.
        let begun = cursor.skip(self.place.start as u64).is_ok();
        (0..self.count).map_while(move |_| begun.then(|| Value::read_one(&mut cursor, self.kind, "").ok()).flatten())
    }

    /// `None` if these are no texts or not all UTF-8.
    pub fn texts<'a>(&self, whole: &'a [u8]) -> Option<Vec<&'a str>> {
        self.items(whole)
            .map(|item| match item {
                Value::Text(place) => std::str::from_utf8(whole.get(place)?).ok(),
                _ => None,
            })
            .collect()
    }

    /// `None` if these are no numbers.
    pub fn numbers(&self, whole: &[u8]) -> Option<Vec<f64>> {
        self.items(whole)
            .map(|item| match item {
                Value::Unsigned(number) => Some(number as f64),
                Value::Signed(number) => Some(number as f64),
                Value::Float(number) => Some(number),
                _ => None,
            })
            .collect()
    }
}

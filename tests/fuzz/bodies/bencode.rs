//! Bencode: nothing is read beyond the text, and what was read says the same when it is written.

use tandem::fuzzing::bencode::{decode, encode};
use tandem::fuzzing::{BencodeError, Limits};

const SMALL: Limits = Limits { depth: 3, items: 16, bytes: 128 };

pub fn run(input: &[u8]) {
    for limits in [Limits::MESSAGE, SMALL] {
        match decode(input, limits) {
            Ok((value, taken)) => {
                assert!(taken <= input.len().min(limits.bytes));
                let mut text = Vec::new();
                encode(&value, &mut text);
                assert!(text.len() <= taken, "written without leading zeros, hence never longer");
                assert_eq!(decode(&text, limits), Ok((value, text.len())));
                assert_eq!(decode(&input[..taken - 1], limits).map(|_| ()), Err(BencodeError::Incomplete));
            }
            Err(BencodeError::Incomplete) => assert!(input.len() < limits.bytes),
            Err(BencodeError::Malformed { offset, .. }) => assert!(offset <= input.len()),
        }
    }
}

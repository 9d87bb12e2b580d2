//! A received datagram, in the buffer that it came in and leaves from.

use std::ops::Range;

/// A datagram with room before and behind it, so that it can grow in place: by an authentication tag (RFC 3711), a
/// header of a tunnel.
#[derive(Debug)]
pub struct PacketBuf<'a> {
    buffer: &'a mut [u8],
    start: usize,
    end: usize,
}

impl<'a> PacketBuf<'a> {
    /// The datagram at a place in a buffer; the rest of the buffer is room.
    ///
    /// # Panics
    /// If the place is not in the buffer.
    pub fn new(buffer: &'a mut [u8], place: Range<usize>) -> Self {
        assert!(place.start <= place.end && place.end <= buffer.len(), "the datagram lies in its buffer");
        PacketBuf { buffer, start: place.start, end: place.end }
    }

    /// A datagram without room.
    pub fn exact(datagram: &'a mut [u8]) -> Self {
        let end = datagram.len();
        PacketBuf { buffer: datagram, start: 0, end }
    }

    /// The datagram.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The datagram, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[self.start..self.end]
    }

    /// The place of the datagram in its buffer.
    pub fn place(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Bytes by which the datagram can grow at its front.
    pub fn headroom(&self) -> usize {
        self.start
    }

    /// Bytes by which the datagram can grow at its end.
    pub fn tailroom(&self) -> usize {
        self.buffer.len() - self.end
    }

    /// Makes the datagram longer at its front, by bytes that the caller has to write.
    ///
    /// # Panics
    /// If there is not so much room.
    pub fn grow_front(&mut self, bytes: usize) -> &mut [u8] {
        self.start = self.start.checked_sub(bytes).expect("room before the datagram");
        &mut self.buffer[self.start..self.start + bytes]
    }

    /// Makes the datagram longer at its end, by bytes that the caller has to write.
    ///
    /// # Panics
    /// If there is not so much room.
    pub fn grow_back(&mut self, bytes: usize) -> &mut [u8] {
        assert!(bytes <= self.tailroom(), "room behind the datagram");
        self.end += bytes;
        &mut self.buffer[self.end - bytes..self.end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_grows_into_its_room_and_no_further() {
        let mut buffer = *b"....packet......";
        let mut packet = PacketBuf::new(&mut buffer, 4..10);
        assert_eq!((packet.headroom(), packet.tailroom()), (4, 6));
        packet.grow_front(2).copy_from_slice(b"a ");
        packet.grow_back(5).copy_from_slice(b" grew");
        assert_eq!(packet.bytes(), b"a packet grew");
        assert_eq!((packet.headroom(), packet.tailroom(), packet.place()), (2, 1, 2..15));
        assert!(std::panic::catch_unwind(|| PacketBuf::exact(&mut [0; 3]).grow_back(1).len()).is_err());
        assert!(std::panic::catch_unwind(|| PacketBuf::exact(&mut [0; 3]).grow_front(1).len()).is_err());
    }
}

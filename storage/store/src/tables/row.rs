//! How a row is kept: its value, and behind it a checksum over table, key and value. Whoever reads a row that has changed on
//! disk, or that belongs somewhere else, is told; what is served is what was written.

use sentinel_machine::Table;

/// Length of the checksum.
const SUM: usize = 4;

/// The bytes on disk.
pub(super) fn seal(table: Table, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(value.len() + SUM);
    sealed.extend_from_slice(value);
    sealed.extend_from_slice(&sum(table, key, value).to_le_bytes());
    sealed
}

/// The value in the bytes on disk; `None` when they are not what was sealed.
pub(super) fn unseal<'a>(table: Table, key: &[u8], sealed: &'a [u8]) -> Option<&'a [u8]> {
    let (value, found) = sealed.split_last_chunk::<SUM>()?;
    (u32::from_le_bytes(*found) == sum(table, key, value)).then_some(value)
}

fn sum(table: Table, key: &[u8], value: &[u8]) -> u32 {
    let sum = crc32c::crc32c(&[table as u8]);
    // With its length, so that a byte cannot pass from the key to the value.
    let sum = crc32c::crc32c_append(sum, &(key.len() as u64).to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(sum, key), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_flipped_bit_another_key_and_another_table_are_found() {
        let sealed = seal(Table::Orgs, b"key", b"value");
        assert_eq!(unseal(Table::Orgs, b"key", &sealed), Some(&b"value"[..]));
        for at in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            assert_eq!(unseal(Table::Orgs, b"key", &flipped), None, "bit {at}");
        }
        assert_eq!(unseal(Table::Orgs, b"keyv", &sealed[1..]), None);
        assert_eq!(unseal(Table::Users, b"key", &sealed), None);
        assert_eq!(unseal(Table::Orgs, b"key", &sealed[..3]), None);
    }
}

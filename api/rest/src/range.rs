//! Bytes with ranges: archives can be fetched in parts, and an interrupted download goes on where it stopped.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sentinel_api_types::error::code;
use sentinel_model::bundle::Bundle;

use crate::refusal::Refusal;

/// A bundle's archive, or the part of it that `Range` asks for.
pub fn archive(headers: &HeaderMap, bundle: &Bundle, bytes: Bytes) -> Result<Response, Refusal> {
    let tag = format!("\"{}\"", bundle.digest);
    let name = format!("attachment; filename=\"{}.tar.zst\"", bundle.version);
    let total = bytes.len();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    // A range of other bytes than these is no use.
    let same = headers.get(header::IF_RANGE).is_none_or(|known| known.as_bytes() == tag.as_bytes());
    let (status, body, range) = match asked.filter(|_| same).and_then(|range| parse(range, total)) {
        None => (StatusCode::OK, bytes, None),
        Some(Some((first, last))) => {
            let range = format!("bytes {first}-{last}/{total}");
            (StatusCode::PARTIAL_CONTENT, bytes.slice(first..=last), Some(range))
        }
        Some(None) => {
            let text = format!("the archive has {total} bytes");
            let refusal = Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, code::RANGE_NOT_SATISFIABLE, text);
            let mut response = refusal.into_response();
            set(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{total}"));
            return Ok(response);
        }
    };
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    set(headers, header::CONTENT_TYPE, "application/zstd");
    set(headers, header::ACCEPT_RANGES, "bytes");
    set(headers, header::ETAG, &tag);
    set(headers, header::CONTENT_DISPOSITION, &name);
    if let Some(range) = range {
        set(headers, header::CONTENT_RANGE, &range);
    }
    Ok(response)
}

fn set(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// `None`: not a single range of bytes, so the whole is sent. `Some(None)`: lies outside.
fn parse(range: &str, total: usize) -> Option<Option<(usize, usize)>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let (first, last) = match (first.trim(), last.trim()) {
        ("", suffix) => match number(suffix)? {
            0 => return Some(None),
            length => (total.saturating_sub(length), total.checked_sub(1)?),
        },
        (first, "") => (number(first)?, total.checked_sub(1)?),
        (first, last) => (number(first)?, number(last)?.min(total.checked_sub(1)?)),
    };
    Some((first <= last && first < total).then_some((first, last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_cut_out_and_everything_else_gets_the_whole_or_is_refused() {
        for (range, expected) in [
            ("bytes=0-9", Some(Some((0, 9)))),
            ("bytes=90-", Some(Some((90, 99)))),
            ("bytes=90-1000", Some(Some((90, 99)))),
            ("bytes=-10", Some(Some((90, 99)))),
            ("bytes=-1000", Some(Some((0, 99)))),
            ("bytes=100-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=9-3", Some(None)),
            ("bytes=0-1,5-6", None),
            ("items=0-1", None),
            ("bytes=a-b", None),
        ] {
            assert_eq!(parse(range, 100), expected, "{range}");
        }
        assert_eq!(parse("bytes=0-0", 0), None);
    }
}

//! The built web UI, embedded in the binary.
//!
//! What it does: hands out the files of `ui/web/dist` with everything an HTTP answer needs: content type, the packed variant
//! that the client accepts, an entity tag, and whether the file may be kept for ever. The build script makes these files from
//! `ui/web` when they are older than their sources.
//!
//! What it must not do: know HTTP types, routes, or the API. Which paths belong to the UI is the router's decision; paths of
//! pages (`/p/shop/nodes`) are no files, and the router answers them with [`INDEX`].
//!
//! In debug builds the files are read from `ui/web/dist` at run time, so `npm run build` alone shows a change.
//! With `SENTINEL_UI=skip` at build time one page is embedded that says so.
//!
//! Where to start reading: [`asset()`].

mod asset;
mod encoding;
#[cfg(sentinel_ui_headless)]
mod headless;

pub use asset::{Asset, INDEX, asset};

/// What the UI can live with: send it as `Content-Security-Policy` with every page. Inline styles are the one exception, because
/// the component library and the editor set sizes that way; scripts come from this origin only.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

//! One connection of a member to another.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::{Direction, Weather};

/// Bytes taken from a sender at a time.
const PIECE: usize = 16 * 1024;
/// Pieces on their way; a sender that sends more has to wait.
const UNDER_WAY: usize = 64;
/// Pause until something lost is sent again: the kernel's probe of the tail comes about so soon. It doubles each time.
const AGAIN: Duration = Duration::from_millis(40);

/// What is to become of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Goes,
    Stranded,
    Reset,
}

/// See the module.
pub struct Line {
    direction: Direction,
    there: watch::Receiver<Weather>,
    back: watch::Receiver<Weather>,
    fate: watch::Sender<Fate>,
}

/// Something on its way, and when it arrives. Without bytes it is the end.
struct Piece {
    due: Instant,
    bytes: Vec<u8>,
}

impl Line {
    pub fn new(
        direction: Direction,
        there: watch::Receiver<Weather>,
        back: watch::Receiver<Weather>,
    ) -> Self {
        Self { direction, there, back, fate: watch::Sender::new(Fate::Goes) }
    }

    pub fn joins(&self, one: usize, other: usize) -> bool {
        self.direction == (one, other) || self.direction == (other, one)
    }

    pub fn reset(&self) {
        self.fate.send_replace(Fate::Reset);
    }

    pub fn strand(&self) {
        self.fate.send_replace(Fate::Stranded);
    }

    /// Carries what is sent until both have said all, one is gone, or it is reset.
    pub async fn carry(&self, mut dialled: TcpStream, to: SocketAddr) {
        // When nobody listens there, whoever dialled is told at once, as it would be without us.
        let Ok(mut served) = TcpStream::connect(to).await else {
            let _ = dialled.set_zero_linger();
            return;
        };
        let _ = dialled.set_nodelay(true).and_then(|()| served.set_nodelay(true));
        let mut fate = self.fate.subscribe();
        let is_reset = {
            let (from_dialled, to_dialled) = dialled.split();
            let (from_served, to_served) = served.split();
            let there = pump(from_dialled, to_served, self.there.clone(), self.fate.subscribe());
            let back = pump(from_served, to_dialled, self.back.clone(), self.fate.subscribe());
            tokio::select! {
                ended = async { tokio::try_join!(there, back) } => ended.is_err(),
                _ = fate.wait_for(|fate| *fate == Fate::Reset) => true,
            }
        };
        if is_reset {
            let _ = dialled.set_zero_linger();
            let _ = served.set_zero_linger();
        }
    }
}

/// One direction of a connection.
async fn pump(
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
    weather: watch::Receiver<Weather>,
    fate: watch::Receiver<Fate>,
) -> io::Result<()> {
    let (sender, receiver) = mpsc::channel(UNDER_WAY);
    tokio::try_join!(take(from, sender, weather.clone()), deliver(to, receiver, weather, fate))?;
    Ok(())
}

/// Takes pieces from the sender and says when each arrives; none overtakes another.
async fn take(
    mut from: impl AsyncRead + Unpin,
    pieces: mpsc::Sender<Piece>,
    weather: watch::Receiver<Weather>,
) -> io::Result<()> {
    let mut last = Instant::now();
    loop {
        let mut bytes = vec![0; PIECE];
        let length = from.read(&mut bytes).await?;
        bytes.truncate(length);
        let now = *weather.borrow();
        if now.largest.is_some_and(|largest| length > largest) {
            return std::future::pending().await;
        }
        last = (Instant::now() + late(&now)).max(last);
        if let Some(bytes_per_s) = now.bytes_per_s {
            last += Duration::from_secs(1).mul_f64(length as f64 / bytes_per_s as f64);
        }
        if pieces.send(Piece { due: last, bytes }).await.is_err() || length == 0 {
            return Ok(());
        }
    }
}

/// By how much something arrives later.
fn late(weather: &Weather) -> Duration {
    let mut late = weather.delay + weather.jitter.mul_f64(rand::random_range(0.0..1.0));
    let mut pause = AGAIN;
    while rand::random_range(0..100) < weather.loss_percent {
        late += pause;
        pause *= 2;
    }
    late
}

async fn deliver(
    mut to: impl AsyncWrite + Unpin,
    mut pieces: mpsc::Receiver<Piece>,
    mut weather: watch::Receiver<Weather>,
    mut fate: watch::Receiver<Fate>,
) -> io::Result<()> {
    let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
    while let Some(piece) = pieces.recv().await {
        tokio::time::sleep_until(piece.due).await;
        loop {
            fate.wait_for(|fate| *fate == Fate::Goes).await.map_err(gone)?;
            weather.wait_for(|weather| !weather.cut).await.map_err(gone)?;
            if *fate.borrow() == Fate::Goes {
                break;
            }
        }
        if piece.bytes.is_empty() {
            return to.shutdown().await;
        }
        to.write_all(&piece.bytes).await?;
    }
    Ok(())
}

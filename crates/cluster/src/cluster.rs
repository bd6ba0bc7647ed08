//! The running PostgreSQL.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::error::{Error, Result, system};
use crate::installed::{self, Owner};
use crate::processes::{children, kill, lives};

/// What every cluster has: nothing is told to be durable before it is, and a restart does not sync every file of the disk by itself.
const SETTINGS: &[(&str, &str)] = &[
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("recovery_init_sync_method", "syncfs"),
    ("max_connections", "200"),
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_permissions", "0700"),
    ("log_min_messages", "warning"),
];

/// Stops PostgreSQL and removes its folder when the pipe to whoever started it closes, also if that was killed.
const KEEPER: &str = r#"
read -r _
kill -QUIT "$1" 2>/dev/null
tries=0
while [ -e "$2"/data/postmaster.pid ] && [ "$tries" -lt 100 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
cd / && rm -rf "$2"
"#;

/// How often it is asked whether it is there, and how long is slept between.
const TRIES: u32 = 1500;
const PAUSE: Duration = Duration::from_millis(20);

/// A PostgreSQL in a folder of its own. It is stopped and removed when this is dropped, or when the process ends in whatever way.
pub struct Cluster {
    programs: PathBuf,
    owner: Option<Owner>,
    folder: TempDir,
    port: u16,
    running: Option<Running>,
}

struct Running {
    /// A child of ours, so that it is gone once it was waited for.
    server: Child,
    keeper: Child,
}

impl Cluster {
    /// Makes and starts one, with data checksums, as another user where we are root. `settings` are further lines of its configuration; they take the place of
    /// ours, such as `("shared_preload_libraries", "pgaudit")`.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start; the error says what it wrote.
    pub fn start(settings: &[(&str, &str)]) -> Result<Self> {
        let programs = installed::programs()?;
        let owner = installed::owner()?;
        let folder = tempfile::Builder::new()
            .prefix("habeas-cluster-")
            .tempdir()
            .map_err(system("make a folder for PostgreSQL"))?;
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group))
                .map_err(system("give PostgreSQL its folder"))?;
        }
        let mut cluster = Self {
            programs,
            owner,
            folder,
            port: free_port()?,
            running: None,
        };
        let data = cluster.data();
        let data = data.to_string_lossy();
        let made = [
            "--pgdata",
            &data,
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
            "--no-sync",
        ];
        cluster.run("make a cluster", "initdb", &made)?;
        cluster.configure(settings)?;
        cluster.restart()?;
        Ok(cluster)
    }

    /// Where a database of this name is reached over the loopback.
    #[must_use]
    pub fn address(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The port on the loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of its data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where PostgreSQL's own programs stand: `psql`, `pgbench`, `pg_waldump`.
    #[must_use]
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// When there is one of this name.
    pub fn create(&self, database: &str) -> Result<()> {
        self.sql("postgres", &format!("CREATE DATABASE {database}"))
            .map(drop)
    }

    /// What `psql` answers: a line for each row, columns parted by `|`.
    ///
    /// # Errors
    /// When a statement fails; those before it stand, unless they are one transaction.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        let address = self.address(database);
        let tell = [
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
            &address,
            "--command",
            statements,
        ];
        self.run("ask PostgreSQL", "psql", &tell)
    }

    /// `kill -9` of the server and all its backends at once. What it had not synced stays in the system's cache: this is no power cut.
    ///
    /// # Errors
    /// When a process cannot be killed.
    pub fn kill(&mut self) -> Result<()> {
        let Some(mut running) = self.running.take() else {
            return Ok(());
        };
        // The keeper goes first: it would remove the folder. Then the server, so that it starts no further backend.
        let ended = system("wait for PostgreSQL's end");
        running.keeper.kill().map_err(&ended)?;
        running.keeper.wait().map_err(&ended)?;
        let server = number(&running.server);
        let mut all = children(server);
        running.server.kill().map_err(&ended)?;
        all.extend(children(server));
        all.iter().try_for_each(|process| kill(*process))?;
        running.server.wait().map_err(&ended)?;
        wait_until(|| !all.iter().any(|process| lives(*process)));
        Ok(())
    }

    /// Starts it, or starts it again after [`Cluster::kill`] or [`Cluster::stop`], and waits until it answers.
    ///
    /// # Errors
    /// When it does not come up; the error says what it wrote.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        // Its memory outlives a killed server until the last backend is gone: then it is tried again.
        for _ in 0..TRIES {
            self.running = Some(self.spawn()?);
            let mut answers = false;
            wait_until(|| {
                answers = self.answers();
                answers || self.ended()
            });
            if answers {
                return Ok(());
            }
            self.kill()?;
            if !self.wrote().contains("pre-existing shared memory block") {
                break;
            }
            sleep(PAUSE);
        }
        Err(Error::Program {
            doing: "start PostgreSQL",
            said: self.wrote(),
        })
    }

    /// Stops it without hurry; its data stays until this is dropped.
    ///
    /// # Errors
    /// When it does not end.
    pub fn stop(&mut self) -> Result<()> {
        if self.running.is_none() {
            return Ok(());
        }
        let data = self.data();
        let tell = ["stop", "--mode=fast", "--pgdata", &data.to_string_lossy()];
        self.run("stop PostgreSQL", "pg_ctl", &tell)?;
        self.kill()
    }

    fn spawn(&self) -> Result<Running> {
        let failed = system("start PostgreSQL");
        let mut options = OpenOptions::new();
        let log = options.create(true).append(true).open(self.log());
        let log = log.map_err(&failed)?;
        let server = self
            .command(&self.programs.join("postgres"))
            .arg("-D")
            .arg(self.data())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(&failed)?)
            .stderr(log)
            .spawn()
            .map_err(&failed)?;
        let keeper = self
            .command(Path::new("sh"))
            .args(["-c", KEEPER, "keeper", &number(&server).to_string()])
            .arg(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        Ok(Running { server, keeper })
    }

    /// Whether the server ended by itself.
    fn ended(&mut self) -> bool {
        let server = self.running.as_mut().map(|running| &mut running.server);
        server.is_none_or(|server| server.try_wait().is_ok_and(|status| status.is_some()))
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn answers(&self) -> bool {
        let port = self.port.to_string();
        let ask = ["--quiet", "--host=127.0.0.1", "--port", &port];
        self.run("ask PostgreSQL", "pg_isready", &ask).is_ok()
    }

    /// The end of its log.
    fn wrote(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    fn configure(&self, settings: &[(&str, &str)]) -> Result<()> {
        let failed = system("configure PostgreSQL");
        let socket = self.folder.path().to_string_lossy();
        let mut lines = format!(
            "\nport = {}\nunix_socket_directories = '{socket}'\n",
            self.port
        );
        for (name, value) in SETTINGS.iter().chain(settings) {
            // Writing to a string does not fail.
            writeln!(lines, "{name} = '{}'", value.replace('\'', "''")).ok();
        }
        let file = self.data().join("postgresql.conf");
        let mut file: File = OpenOptions::new()
            .append(true)
            .open(file)
            .map_err(&failed)?;
        file.write_all(lines.as_bytes()).map_err(failed)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn run(&self, doing: &'static str, program: &'static str, tell: &[&str]) -> Result<String> {
        let ran = self
            .command(&self.programs.join(program))
            .args(tell)
            .stdin(Stdio::null())
            .output()
            .map_err(system(doing))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        match ran.status.success() {
            true => Ok(text(&ran.stdout)),
            false => Err(Error::Program {
                doing,
                said: text(&ran.stderr),
            }),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The folder goes anyway; a server that does not stop loses it under its feet, and ends.
        self.kill().ok();
    }
}

fn number(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap_or_default()
}

fn free_port() -> Result<u16> {
    let bound = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    bound
        .map(|address| address.port())
        .map_err(system("find a free port"))
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..TRIES {
        if is_so() {
            return;
        }
        sleep(PAUSE);
    }
}

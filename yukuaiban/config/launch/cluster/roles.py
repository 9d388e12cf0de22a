"""The roles of a cluster: who owns the tables, who serves, and what each may do."""

from __future__ import annotations

from yukuaiban.config.launch.cluster.place import DATABASE, OWNER, SERVICE, SUPERUSER, Place, write_private


def make_roles(place: Place) -> None:
    """Roles, database and default rights; writes the addresses. Safe to repeat.

    The service's role may read and write what the owner's migrations make, and nothing else: it owns no table, so
    it cannot alter, drop or truncate one; the chain's migration takes UPDATE and DELETE on events away as well.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(place.address(SUPERUSER, "postgres"), autocommit=True) as server:
        for role in (OWNER, SERVICE):
            if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
    with psycopg.connect(place.address(SUPERUSER), autocommit=True) as database:
        grant_rights(database)
    for name, role in (("url", SERVICE), ("owner_url", OWNER)):
        write_private(place.home / name, place.address(role) + "\n")


def grant_rights(database) -> None:  # type: ignore[no-untyped-def]
    """What the service's role may do with all that the owner will make in this database."""
    database.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {OWNER}, {SERVICE}")
    database.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
    database.execute(f"GRANT USAGE ON SCHEMA public TO {SERVICE}")
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
    database.execute(f"{defaults} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {SERVICE}")
    database.execute(f"{defaults} USAGE, SELECT, UPDATE ON SEQUENCES TO {SERVICE}")
    database.execute(f"{defaults} EXECUTE ON FUNCTIONS TO {SERVICE}")

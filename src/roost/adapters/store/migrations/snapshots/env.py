"""How Alembic reaches the file: the caller hands over its engine. All or nothing."""

from alembic import context

engine = context.config.attributes["engine"]
with engine.begin() as connection:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

"""Where alembic carries out the migrations of a case: in the transaction of whoever writes."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()

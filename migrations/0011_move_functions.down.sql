DROP FUNCTION enterprise.unmove_connections(integer);
DROP FUNCTION enterprise.move_connections(text, integer);
DROP FUNCTION enterprise.unmove_users(integer);
DROP FUNCTION enterprise.bring_back(uuid[]);
DROP FUNCTION enterprise.move_users(text, integer);

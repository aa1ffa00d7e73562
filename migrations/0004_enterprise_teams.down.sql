SELECT slipway.archive('enterprise.team_members');
SELECT slipway.archive('enterprise.teams');

DROP TABLE enterprise.team_members;
DROP TABLE enterprise.teams;
DROP FUNCTION enterprise.refuse_circle();

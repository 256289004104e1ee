\set publish 0
SELECT reportlink_publish_due(1000);

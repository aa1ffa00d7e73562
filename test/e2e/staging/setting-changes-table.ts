import type { SettingChange } from "../support/setting-changes.ts";

/**
 * Every way in which staging's settings are changed in practice, apart from renames. None of them may delete or replace
 * anything that holds data. A change that AWS can only make by a replacement is refused by the program, not listed here.
 */
export const settingChanges: readonly SettingChange[] = [
  { what: "a larger database instance", set: { "database.instanceClass": "db.t4g.medium" } },
  { what: "more storage", set: { "database.storageGiB": 40 } },
  { what: "storage that may grow further", set: { "database.maxStorageGiB": 500 } },
  { what: "a standby in a second zone", set: { "database.multiAz": true } },
  { what: "backups for two weeks", set: { "database.backupDays": 14 } },
  { what: "another backup window", set: { "database.backupWindow": "01:00-02:00" } },
  { what: "another maintenance window", set: { "database.maintenanceWindow": "mon:05:00-mon:06:00" } },
  { what: "no deletion protection", set: { "database.deletionProtection": false } },
  { what: "a final snapshot", set: { "database.finalSnapshot": true } },
  { what: "the next major version of PostgreSQL", set: { "database.engineVersion": "18" } },
  { what: "the next version of Valkey", set: { "cache.engineVersion": "9.0" } },
  { what: "larger cache nodes", set: { "cache.nodeType": "cache.t4g.medium" } },
  { what: "a replica of the cache", set: { "cache.replicas": 1 } },
  { what: "a cache that fails over to another zone", set: { "cache.replicas": 1, "cache.multiAz": true } },
  { what: "snapshots of the cache", set: { "cache.snapshotDays": 5 } },
  { what: "a third zone", set: { "network.zones": ["us-west-2a", "us-west-2b", "us-west-2c"] } },
  { what: "the zones in another order", set: { "network.zones": ["us-west-2b", "us-west-2a"] }, noEffect: true },
  {
    what: "subnets that are listed instead of placed on the grid",
    set: {
      "network.subnets": {
        public: ["10.1.1.0/24", "10.1.2.0/24"],
        private: ["10.1.11.0/24", "10.1.12.0/24"],
        isolated: ["10.1.21.0/24", "10.1.22.0/24"],
      },
    },
    noEffect: true,
    alone: true,
  },
  { what: "a NAT gateway for each zone", set: { "network.natGateways": "perZone" } },
  { what: "a regional NAT gateway", set: { "network.natGateways": "regional" } },
  { what: "no interface endpoints", set: { "network.interfaceEndpoints": "none" } },
  { what: "interface endpoints in every zone", set: { "network.interfaceEndpoints": "perZone" } },
  { what: "larger backend tasks", set: { "services.backend.fargate": { cpu: 512, memoryMiB: 1024 } } },
  { what: "larger frontend tasks", set: { "services.frontend.fargate": { cpu: 1024, memoryMiB: 2048 } } },
  { what: "more copies", set: { "services.backend.scaling": { minimum: 2, maximum: 8 } } },
  { what: "another target for scaling", set: { "services.frontend.scaling.cpuPercent": 50 } },
  { what: "another health check", set: { "services.backend.healthPath": "/ready" } },
  { what: "one more path of the backend", set: { "services.backend.paths": ["/api/*", "/docs", "/redoc", "/ws"] } },
  { what: "another port of the backend", set: { "services.backend.port": 8080 } },
  { what: "another port of the frontend", set: { "services.frontend.port": 3001 } },
  { what: "a host of its own for the backend", set: { "edge.hosts.backend": "api.staging.teamflow.app" } },
  { what: "a web application firewall", set: { "edge.waf": true } },
  { what: "rolling deployments", set: { "deployment.strategy": "rolling" }, alone: true },
  { what: "a shorter bake time", set: { "deployment.bakeMinutes": 5 } },
  { what: "logs for longer", set: { "logs.retentionDays": 90 } },
  { what: "a larger budget", set: { "budget.monthlyUsd": 300 } },
  { what: "another person who is told of the budget", set: { "budget.notify": ["finance@teamflow.app"] } },
  { what: "no budget", set: { budget: undefined } },
  {
    what: "copies of the data in a second region",
    set: { backup: { retentionDays: 35, lockVault: false, copyToRegion: "us-east-2" } },
  },
  { what: "a first image of the backend", set: { "images.backend": `sha256:${"a".repeat(64)}` } },
  { what: "a first image for one-off tasks", set: { "images.operator": `sha256:${"b".repeat(64)}` } },
  {
    what: "a runner in the VPC",
    set: {
      runner: {
        connectionArn: "arn:aws:codeconnections:us-west-2:000000000000:connection/0f4e0f9c-58a5-4b2c-9d0e-3a6a7d5f1c11",
      },
    },
  },
  { what: "an OIDC provider that belongs to another stack", set: { "identity.createOidcProvider": false } },
  { what: "a wait before deployments", set: { "github.environments.staging.waitMinutes": 10 } },
  { what: "no protection", set: { protection: false }, alone: true },
  { what: "a flag that staging has on", set: { flags: { new_dashboard: { enabled: true, rollout: 10 } } } },
];

/** Changes that could only be made by losing data, which a preview must refuse instead of planning them. */
export const refusedChanges: readonly (SettingChange & { readonly because: RegExp })[] = [
  { what: "another range of the VPC", set: { "network.cidr": "10.9.0.0/16" }, because: /protect/ },
  { what: "another zone name", set: { "edge.zone": "teamflow.app" }, because: /protect/ },
  { what: "another name of the application", set: { application: "flowteam" }, because: /protect/ },
];

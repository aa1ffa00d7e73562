# syntax=docker/dockerfile:1
#
# The image of this project's own commands: migrations, the seed of the flags, an operator's commands. It runs as a one-off task
# inside the VPC (components/operator-task.ts), where the database can be reached. Build it from the root of the checkout:
#
#   docker build --tag <registry>/teamflow/staging/operator:<git sha> .
#
# Pinned by its full version. A pipeline that can ask the registry pins the digest as well:
#   --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:...
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No package's own script runs. What is optional is the sandbox's: programs for other machines than this one.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
# The task runs node and nothing else: no package manager, no account with a shell.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && groupadd --gid 10001 slipway \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin slipway
ENV NODE_ENV=production HOME=/tmp SLIPWAY_CACHE=/tmp/slipway
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY components ./components
COPY delivery ./delivery
COPY infra ./infra
COPY migrations ./migrations
COPY policy ./policy
COPY sandbox ./sandbox
# The only folder that may be written to. Declared, so that Fargate mounts it with the rights that it has in the image.
VOLUME ["/tmp"]
USER 10001:10001
# A one-off task is not asked for its health: it ends, with an exit code.
HEALTHCHECK NONE
ENTRYPOINT ["node", "delivery/cli/main.ts"]

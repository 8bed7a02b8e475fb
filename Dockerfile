# The compiler as an image, for build machines that are not Debian. README.md shows how to build and run it.
#
# BASE is a Debian 13: its nodejs is version 20, and its apt is the resolver. With nodejs and ca-certificates in it
# already, nothing is installed here.
ARG BASE=debian:trixie-slim

FROM ${BASE} AS tools
# The package lists stay: by them apt tells `pigsty lock` which archive is where.
RUN command -v node >/dev/null || \
    { apt-get update && apt-get install -y --no-install-recommends nodejs ca-certificates; }

FROM tools AS compiler
# With PREBUILT=1 dist/ is taken as it is, from `npm run build` elsewhere: for machines that reach no npm registry.
ARG PREBUILT=
RUN [ -n "$PREBUILT" ] || { apt-get update && apt-get install -y --no-install-recommends npm; }
WORKDIR /src
COPY . .
RUN [ -n "$PREBUILT" ] || npm ci
RUN mkdir /product && cp -r LICENSE package.json dist images units blueprints /product && \
    chmod -R a+rX /product && chmod a+x /product/dist/pigsty.js

FROM tools
COPY --from=compiler /product /opt/pigsty
# Any user may run it (`--user`), so any may write the cache; mount a volume there to keep it between runs.
RUN ln -s /opt/pigsty/dist/pigsty.js /usr/local/bin/pigsty && mkdir -m 1777 /cache /cache/pigsty
ENV XDG_CACHE_HOME=/cache
WORKDIR /work
ENTRYPOINT ["pigsty"]

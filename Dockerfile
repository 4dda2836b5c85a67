# docquarry in a container.   docker build -t docquarry .   docker compose up   (docs/operations.md)
#
# Two stages: the first builds as `make run` does, the second holds the two programs, the PDFium library and the few shared libraries that
# they need. It runs as nobody of this machine's users, needs no writable root, and keeps what it keeps in /data.

FROM debian:12-slim AS build
WORKDIR /src
COPY . .
RUN apt-get update -qq && tools/setup run && rm -rf /var/lib/apt/lists/*
RUN ./dev build release docquarry docquarry-extractor

FROM debian:12-slim
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
       ca-certificates curl libboost-json1.81.0 libboost-url1.81.0 libssl3 libcurl4 libsqlite3-0 libspdlog1.10 libfmt9 libprometheus-cpp-core1.0 \
       libpq5 libhiredis0.14 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin docquarry \
    && install -d -o docquarry -g docquarry /data
COPY --from=build /src/build/release/bin/docquarry /src/build/release/bin/docquarry-extractor /usr/local/bin/
COPY --from=build /src/third_party/pdfium/lib/libpdfium.so /usr/local/lib/
COPY --from=build /src/LICENSE /src/NOTICE /src/third_party/NOTICE-pdfium.md /usr/share/doc/docquarry/
RUN ldconfig && ldd /usr/local/bin/docquarry /usr/local/bin/docquarry-extractor | { ! grep 'not found'; }
USER docquarry
WORKDIR /data
VOLUME /data
# Inside a container 0.0.0.0 is what can be published at all; publish it to 127.0.0.1 of the host until there are accounts (SECURITY.md).
ENV DOCQUARRY_LISTEN=0.0.0.0:8000 DOCQUARRY_DATA=/data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8000/readyz"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["docquarry"]
CMD ["serve"]

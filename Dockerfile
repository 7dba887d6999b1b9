# A static binary in an image without shell or package manager, run as a user
# without rights. The database lives in the volume /data.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=""
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X hanout/app.version=${VERSION}" -o /out/hanout . \
 && mkdir -p /out/data

FROM gcr.io/distroless/static-debian13:nonroot
LABEL org.opencontainers.image.title="Hanout" \
      org.opencontainers.image.description="Telegram bot for counter sales of mobile top-ups, internet and gift cards in Algeria"
COPY --from=build /out/hanout /usr/local/bin/hanout
COPY --from=build --chown=nonroot:nonroot /out/data /data
ENV HANOUT_DB=/data/hanout.db HANOUT_LOG=json
VOLUME /data
USER nonroot:nonroot
ENTRYPOINT ["/usr/local/bin/hanout"]
CMD ["run"]

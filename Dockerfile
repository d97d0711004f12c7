# The server in a container:
#
#   docker build --tag diffusion4j .
#   docker run --publish 127.0.0.1:50051:50051 diffusion4j
#
# It listens on all addresses of the container; who is let in is said by the file that --config
# names, see docs/serving.md. It does not encrypt: publish it to this machine only, or give it a
# certificate.

FROM eclipse-temurin:17-jdk AS build
WORKDIR /build
COPY . .
RUN ./mvnw -q -B -pl cli -am package -DskipTests -Dspotless.check.skip=true

FROM eclipse-temurin:17-jre
WORKDIR /opt/diffusion4j
COPY --from=build /build/cli/target/lib lib
COPY --from=build /build/cli/target/diffusion4j-cli-*.jar lib/
COPY --from=build /build/LICENSE /build/NOTICE ./
COPY --from=build /build/emoji/model emoji/model

# Nothing is written to the image at run time but the natives, which TensorFlow unpacks here.
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/diffusion4j diffusion4j
USER 10001
ENV TF_CPP_MIN_LOG_LEVEL=2 LC_ALL=C.UTF-8

EXPOSE 50051
# Without a JVM, which would take half a second of a core each time.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/50051 && printf 'POST /grpc.health.v1.Health/Check HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Type: application/json\\r\\nContent-Length: 2\\r\\n\\r\\n{}' >&3 && read -r -t 5 -d } -u 3 answer && [[ $answer == *'\"SERVING\"'* ]]"]
# A quarter of the memory for the heap: the networks are outside of it.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=25", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true", \
  "-Dorg.bytedeco.javacpp.cachedir=/var/lib/diffusion4j/natives", \
  "-Ddiffusion4j.home=/opt/diffusion4j", "-cp", "lib/*", "io.diffusion4j.cli.Main"]
CMD ["serve", "--host", "0.0.0.0", "--insecure", "--log-format", "json"]

package io.diffusion4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Splitter;
import com.google.common.collect.Streams;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.local.LocalGeneration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The image, started by podman or Docker where one of them works.
 *
 * <p>The environment variable {@code CONTAINER_ENGINE} gives another command, with options, such as
 * {@code podman --runtime runc}.
 */
final class ImageTest {
  private static final String IMAGE = System.getProperty("container.image");
  private static final Path MODEL = Path.of("../../emoji/model");
  private static final long MAX_PIXELS = 1 << 20;
  private static final Duration START = Duration.ofMinutes(2);

  private static List<String> engine = List.of();

  private record Ended(int status, String output) {}

  @BeforeAll
  static void load() throws Exception {
    Optional<List<String>> found = findEngine();
    assumeTrue(found.isPresent(), "neither podman nor Docker works here");
    engine = found.get();
    engine("load", "--input", System.getProperty("container.archive"));
  }

  @AfterAll
  static void remove() throws Exception {
    if (!engine.isEmpty()) {
      engine("rmi", "--force", IMAGE);
    }
  }

  private static Optional<List<String>> findEngine() throws InterruptedException {
    String given = System.getenv("CONTAINER_ENGINE");
    List<String> candidates = given == null ? List.of("podman", "docker") : List.of(given);
    for (String candidate : candidates) {
      List<String> command = Splitter.on(' ').splitToList(candidate);
      if (works(command)) {
        return Optional.of(command);
      }
    }
    return Optional.empty();
  }

  private static boolean works(List<String> engine) throws InterruptedException {
    try {
      return run(Stream.concat(engine.stream(), Stream.of("info")).toList()).status() == 0;
    } catch (IOException e) {
      return false; // not installed
    }
  }

  private static Ended run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output.strip());
  }

  private static Ended tryEngine(List<String> arguments) throws Exception {
    var command = new ArrayList<>(engine);
    command.addAll(arguments);
    return run(command);
  }

  /** The last line of what the engine prints. */
  private static String engine(String... arguments) throws Exception {
    Ended ended = tryEngine(List.of(arguments));
    assertThat(ended.status()).as("%s: %s", String.join(" ", arguments), ended.output()).isZero();
    return ended.output().substring(ended.output().lastIndexOf('\n') + 1);
  }

  private static JsonNode inspect(String field, String name) throws Exception {
    return new ObjectMapper()
        .readTree(engine("inspect", "--format", "{{json " + field + "}}", name));
  }

  @Test
  void itServesAsNobodyOnAFileSystemThatCannotBeWritten() throws Exception {
    String container =
        engine(
            "run",
            "--detach",
            "--read-only",
            "--tmpfs",
            "/tmp",
            "--memory",
            "3g",
            "--cap-drop",
            "ALL",
            "--publish",
            "127.0.0.1::50051",
            IMAGE);
    try {
      waitUntilHealthy(container);
      String port = engine("port", container, "50051").replaceAll(".*:", "");
      try (var client = GenerationClient.connect("127.0.0.1:" + port);
          var local = LocalGeneration.open(MODEL)) {
        var request = Requests.textToImage("a red apple").addSeeds(7).build();
        Image there = ImageFiles.read(client.generate(request).images().get(0).png(), MAX_PIXELS);
        Image here =
            ImageFiles.read(local.client().generate(request).images().get(0).png(), MAX_PIXELS);
        assertThat(there.pixels()).isEqualTo(here.pixels());
      }
      engine("stop", "--time", "60", container);
      assertThat(inspect(".State.ExitCode", container).asInt()).as("drained").isZero();
    } finally {
      tryEngine(List.of("rm", "--force", container));
    }
  }

  /** Runs the image's own probe, as an engine does. */
  private static void waitUntilHealthy(String container) throws Exception {
    var probe = new ArrayList<>(List.of("exec", container));
    Streams.stream(inspect(".Config.Healthcheck.Test", container))
        .map(JsonNode::asText)
        .skip(1) // CMD
        .forEach(probe::add);
    assertThat(probe).hasSizeGreaterThan(2);
    Instant end = Instant.now().plus(START);
    while (tryEngine(probe).status() != 0) {
      assertThat(Instant.now()).as(() -> "not healthy, its log: " + logs(container)).isBefore(end);
      Thread.sleep(500);
    }
  }

  private static String logs(String container) {
    try {
      return tryEngine(List.of("logs", container)).output();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itHasNoShellOfItsOwnNoPackageManagerAndNoRoot() throws Exception {
    assertThat(inspect(".Config.User", IMAGE).asText()).isEqualTo("10001:10001");
    for (String command : List.of("bash", "sh", "apt", "dpkg")) {
      assertThat(tryEngine(List.of("run", "--rm", "--entrypoint", command, IMAGE)).status())
          .as(command)
          .isNotZero();
    }
  }
}

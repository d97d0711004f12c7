package io.diffusion4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.common.collect.Streams;
import io.diffusion4j.cli.Main;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.observability.PrometheusMeters;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The container image and the manifests agree with the program. */
final class DeploymentTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final Path MANIFESTS = ROOT.resolve("build/deploy/kubernetes");
  private static final ObjectMapper YAML = new YAMLMapper();

  private static JsonNode manifest(String name) throws IOException {
    return YAML.readTree(MANIFESTS.resolve(name + ".yaml").toFile());
  }

  private static JsonNode pod() throws IOException {
    return manifest("deployment").at("/spec/template/spec");
  }

  private static JsonNode container() throws IOException {
    return pod().at("/containers/0");
  }

  private static ServerConfig settings(Path folder) throws IOException {
    String yaml = manifest("config").at("/data/server.yaml").asText();
    Path file = Files.writeString(folder.resolve("server.yaml"), yaml);
    return ServerConfig.read(file);
  }

  private static List<String> words(JsonNode list) {
    return Streams.stream(list).map(JsonNode::asText).toList();
  }

  private static List<String> names(JsonNode list) {
    return Streams.stream(list).map(entry -> entry.get("name").asText()).toList();
  }

  /** The elements of the image's description with this name, in order. */
  private static List<String> described(String element) throws Exception {
    Document pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(ROOT.resolve("build/distribution/pom.xml").toFile());
    Element container = (Element) pom.getElementsByTagName("container").item(0);
    NodeList found = container.getElementsByTagName(element);
    return IntStream.range(0, found.getLength())
        .mapToObj(i -> found.item(i).getTextContent().strip())
        .toList();
  }

  /** The health check of the image's base. */
  private static List<String> probe() throws IOException {
    String script = Files.readString(ROOT.resolve("build/distribution/src/image/base.sh"));
    int start = script.indexOf('[', script.indexOf("\"Test\""));
    return new ObjectMapper()
        .readerForListOf(String.class)
        .readValue(script.substring(start, script.indexOf("\"Interval\"")).strip());
  }

  /** Fails if these are not arguments that the program understands. */
  private static void assertUnderstood(List<String> arguments) {
    Main.commandLine().parseArgs(arguments.toArray(String[]::new));
  }

  @Test
  void everyManifestIsAppliedAndEachKindIsThere() throws IOException {
    List<String> applied = words(manifest("kustomization").get("resources"));
    try (Stream<Path> files = Files.list(MANIFESTS)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.equals("kustomization.yaml"))
          .containsExactlyInAnyOrderElementsOf(applied);
    }
    assertThat(applied.stream().map(DeploymentTest::kind))
        .containsExactlyInAnyOrder(
            "ConfigMap",
            "Deployment",
            "Service",
            "NetworkPolicy",
            "HorizontalPodAutoscaler",
            "PodDisruptionBudget",
            "PodMonitor",
            "PrometheusRule");
  }

  private static String kind(String file) {
    try {
      return manifest(file.replace(".yaml", "")).get("kind").asText();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theServerUnderstandsItsArgumentsAndItsFile(@TempDir Path folder) throws IOException {
    List<String> arguments = words(container().get("args"));
    assertUnderstood(arguments);
    Path config = Path.of(arguments.get(arguments.indexOf("--config") + 1));
    assertThat(config.getFileName()).hasToString("server.yaml");
    ServerConfig settings = settings(folder);
    assertThat(settings.host()).isEqualTo("0.0.0.0");
    assertThat(settings.insecure()).as("else it would not start").isTrue();
    assertThat(settings.tokens()).as("a port for the whole cluster asks who calls").isPresent();

    List<Path> mounts =
        Streams.stream(container().get("volumeMounts"))
            .map(mount -> Path.of(mount.get("mountPath").asText()))
            .toList();
    assertThat(mounts).contains(config.getParent(), settings.tokens().orElseThrow().getParent());
    assertThat(names(pod().get("volumes")))
        .containsExactlyInAnyOrderElementsOf(names(container().get("volumeMounts")));
  }

  @Test
  void onePortIsMeantEverywhere(@TempDir Path folder) throws Exception {
    int port = settings(folder).port();
    assertThat(port).isEqualTo(ServerConfig.DEFAULT_PORT);
    assertThat(container().at("/ports/0/containerPort").asInt()).isEqualTo(port);
    assertThat(manifest("service").at("/spec/ports/0/port").asInt()).isEqualTo(port);
    String name = container().at("/ports/0/name").asText();
    assertThat(manifest("service").at("/spec/ports/0/targetPort").asText()).isEqualTo(name);
    assertThat(manifest("monitor").at("/spec/podMetricsEndpoints/0/port").asText()).isEqualTo(name);
    assertThat(manifest("network-policy").at("/spec/ingress/0/ports/0/port").asInt())
        .isEqualTo(port);
    assertThat(described("port")).containsExactly(Integer.toString(port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"startupProbe", "readinessProbe", "livenessProbe"})
  void aProbeAsksForWhatTheHealthServiceKnows(String probe) throws IOException {
    JsonNode grpc = container().at("/" + probe + "/grpc");
    assertThat(grpc.get("port").asInt()).isEqualTo(ServerConfig.DEFAULT_PORT);
    assertThat(Set.of("", GenerationServiceGrpc.SERVICE_NAME))
        .contains(grpc.path("service").asText());
  }

  @Test
  void thePodLivesLongerThanTheGraceOfItsServer(@TempDir Path folder) throws IOException {
    List<String> before = words(container().at("/lifecycle/preStop/exec/command"));
    assertThat(before).hasSize(3).startsWith("busybox", "sleep");
    long goodbyes = 5;
    assertThat(pod().get("terminationGracePeriodSeconds").asLong())
        .isGreaterThan(
            Long.parseLong(before.get(2)) + settings(folder).grace().toSeconds() + goodbyes);
  }

  @Test
  void theAutoscalerAsksForMetersThatThereAre() throws IOException {
    List<String> meters = new PrometheusMeters().scrape().lines().toList();
    List<String> names =
        Streams.stream(manifest("autoscaler").at("/spec/metrics"))
            .map(metric -> metric.at("/pods/metric/name").asText())
            .toList();
    assertThat(names).isNotEmpty();
    for (String name : names) {
      assertThat(meters).anyMatch(line -> line.startsWith(name + " "));
    }
    assertThat(manifest("autoscaler").at("/spec/scaleTargetRef/name"))
        .isEqualTo(manifest("deployment").at("/metadata/name"));
    assertThat(manifest("monitor").at("/spec/podMetricsEndpoints/0/path").asText())
        .isEqualTo("/metrics");
  }

  @Test
  void everySelectorSelectsThePods() throws IOException {
    JsonNode labels = manifest("deployment").at("/spec/template/metadata/labels");
    assertThat(labels).isNotEmpty();
    assertThat(manifest("deployment").at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(manifest("service").at("/spec/selector")).isEqualTo(labels);
    assertThat(manifest("disruption-budget").at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(manifest("monitor").at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(manifest("network-policy").at("/spec/podSelector/matchLabels")).isEqualTo(labels);
    assertThat(pod().at("/topologySpreadConstraints/0/labelSelector/matchLabels"))
        .isEqualTo(labels);
  }

  @Test
  void theImageRunsTheProgramAsNobodyInParticular() throws Exception {
    String user = described("user").get(0);
    assertThat(user).matches("[1-9][0-9]*:[1-9][0-9]*");
    assertThat(pod().at("/securityContext/runAsUser").asText())
        .isEqualTo(user.substring(0, user.indexOf(':')));
    assertThat(described("mainClass")).containsExactly(Main.class.getName());
    assertUnderstood(described("arg"));
  }

  /** Otherwise event loops end one by one, and a server without them never responds again. */
  @Test
  void everyWayToStartAServerEndsItWhenMemoryRunsOut() throws Exception {
    String flag = "-XX:+ExitOnOutOfMemoryError";
    assertThat(described("jvmFlag")).contains(flag);
    for (String launcher :
        List.of(
            "diffusion4j",
            "build/distribution/src/bin/diffusion4j",
            "build/distribution/src/bin/diffusion4j.bat")) {
      assertThat(Files.readString(ROOT.resolve(launcher))).as(launcher).contains(flag);
    }
  }

  @Test
  @EnabledIf("hasBusyBox")
  void itsProbeSeesWhetherTheServerServesWithoutAJvm() throws Exception {
    List<String> probe = probe();
    assertThat(probe).startsWith("CMD", "busybox").last().asString().contains(":50051/");
    int port;
    try (var server = ToyService.onPort(query -> {})) {
      port = server.port();
      assertThat(status(probe, port)).isZero();
    }
    assertThat(status(probe, port)).as("nobody listens").isNotZero();
  }

  static boolean hasBusyBox() {
    return Files.isExecutable(Path.of("/usr/bin/busybox"));
  }

  private static int status(List<String> probe, int port) throws Exception {
    List<String> command =
        probe.stream()
            .skip(1)
            .map(word -> word.replace(":" + ServerConfig.DEFAULT_PORT, ":" + port))
            .toList();
    return new ProcessBuilder(command).start().waitFor();
  }

  @Test
  void theTagOfTheImageIsTheVersion() throws IOException {
    assertThat(container().get("image").asText()).doesNotContain(":");
    String tag = manifest("kustomization").at("/images/0/newTag").asText();
    assertThat(Files.readString(ROOT.resolve("pom.xml")))
        .contains("<version>" + tag + "</version>");
  }
}

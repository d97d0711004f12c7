package io.diffusion4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.hub.Hub.EnvironmentProxies;
import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through HTTP, with a hub that is as the Hub is on a bad day. */
class HubTest {
  private static final RepoName REPO = RepoName.parse("org/name");
  private static final String UNET = "decoder/diffusion_pytorch_model.safetensors";

  private final FakeHub fake = new FakeHub();
  private final List<Long> waits = Collections.synchronizedList(new ArrayList<>());
  private final byte[] weights = new byte[300_000];

  @TempDir private Path cache = Path.of("");

  @BeforeEach
  void publish() {
    new SplittableRandom(1).nextBytes(weights);
    put("model_index.json", "{\"_class_name\": \"X\", \"decoder\": [\"diffusers\", \"U\"]}");
    put("README.md", "a model");
    put("logo.png", "a picture");
    put("decoder/config.json", "{}");
    fake.files.put(UNET, weights);
    put("decoder/diffusion_pytorch_model.fp16.safetensors", "half");
    put("decoder/diffusion_pytorch_model.bin", "torch");
    put("other/config.json", "{}");
    put("image_encoder/config.json", "{}");
  }

  private void put(String path, String text) {
    fake.files.put(path, text.getBytes(StandardCharsets.UTF_8));
  }

  @AfterEach
  void stop() {
    fake.close();
  }

  private Hub hub() {
    return hub(false);
  }

  private Hub hub(boolean offline) {
    return hub(offline, Duration.ofSeconds(10));
  }

  private Hub hub(boolean offline, Duration download) {
    var settings =
        new HubSettings(
            fake.endpoint(),
            cache,
            Optional.of("secret"),
            offline,
            Duration.ofSeconds(10),
            download);
    var http = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    return new Hub(settings, http, waits::add);
  }

  private Path pull() {
    Hub hub = hub();
    return hub.pull(hub.plan(REPO, Optional.empty()), (file, bytes) -> {});
  }

  private static List<String> paths(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void aSilentConnectionIsOpenedAgainAtItsOffset() {
    fake.silent = true;
    fake.cuts.addAll(List.of(100_000, 200_000));
    Hub hub = hub(false, Duration.ofSeconds(1));
    Path folder = hub.pull(hub.plan(REPO, Optional.empty()), (file, bytes) -> {});
    assertThat(folder.resolve(UNET)).hasBinaryContent(weights);
    assertThat(fake.requests.stream().filter(r -> r.startsWith("storage")))
        .hasSize(3)
        .anyMatch(r -> r.endsWith("bytes=100000-"))
        .anyMatch(r -> r.endsWith("bytes=200000-"));
  }

  @Test
  void whatALoaderNeedsLiesInTheSharedCachesLayout() throws IOException {
    Hub hub = hub();
    Hub.Plan plan = hub.plan(REPO, Optional.empty());
    assertThat(plan.missing()).extracting(HubFile::path).contains(UNET).doesNotContain("logo.png");
    assertThat(plan.missingBytes()).isGreaterThan(weights.length);
    Path folder = hub.pull(plan, (file, bytes) -> {});
    Path model = cache.resolve("models--org--name");
    assertThat(folder).isEqualTo(model.resolve("snapshots").resolve(FakeHub.COMMIT));
    assertThat(paths(folder))
        .containsExactly(
            "README.md",
            "decoder/config.json",
            UNET,
            "image_encoder/config.json",
            "model_index.json");
    assertThat(folder.resolve(UNET)).hasBinaryContent(weights).isSymbolicLink();
    assertThat(Files.readSymbolicLink(folder.resolve(UNET)))
        .isEqualTo(Path.of("../../../blobs", FakeHub.hash("SHA-256", weights)));
    assertThat(model.resolve("refs/main")).hasContent(FakeHub.COMMIT);
    assertThat(model.resolve("trees").resolve(FakeHub.COMMIT + ".json"))
        .content()
        .startsWith("{\"format_version\":1,");
    assertThat(cache.resolve("CACHEDIR.TAG"))
        .content()
        .startsWith("Signature: 8a477f597d28d172789f06886806bc55\n");
    assertThat(fake.requests).allMatch(r -> r.startsWith("hub") == r.contains("with a token"));
    assertThat(hub.plan(REPO, Optional.empty()).missing()).isEmpty();
  }

  @Test
  void theSameContentUnderTwoNamesIsBroughtOnce() throws IOException {
    fake.files.put("image_encoder/model.safetensors", weights);
    Path folder = pull();
    assertThat(folder.resolve(UNET)).hasBinaryContent(weights);
    assertThat(folder.resolve("image_encoder/model.safetensors")).hasBinaryContent(weights);
    assertThat(fake.requests.stream().filter(request -> request.startsWith("storage"))).hasSize(1);
  }

  @Test
  void theVariantIsTakenWhereThereIsOne() throws IOException {
    Hub hub = hub();
    Path folder = hub.pull(hub.plan(REPO, Optional.of("fp16")), (file, bytes) -> {});
    assertThat(paths(folder))
        .contains("decoder/diffusion_pytorch_model.fp16.safetensors")
        .doesNotContain(UNET);
  }

  @Test
  void aCutDownloadGoesOnWhereItWas() {
    fake.cuts.addAll(List.of(1_000, 50_000, 250_000));
    assertThat(pull().resolve(UNET)).hasBinaryContent(weights);
    assertThat(fake.cuts).isEmpty();
    // How much of what was sent before a cut arrives is up to the network.
    assertThat(
            fake.requests.stream()
                .filter(request -> request.contains(" bytes="))
                .map(request -> Integer.parseInt(request.replaceAll(".* bytes=(\\d+)-", "$1"))))
        .isNotEmpty()
        .allMatch(from -> from > 0 && from <= 250_000);
  }

  @Test
  void aLaterRunGoesOnWithWhatAnEarlierOneLeft() throws IOException {
    Path blobs = Files.createDirectories(cache.resolve("models--org--name/blobs"));
    Path partial = blobs.resolve(FakeHub.hash("SHA-256", weights) + ".incomplete");
    Files.write(partial, Arrays.copyOf(weights, 123_456));
    assertThat(pull().resolve(UNET)).hasBinaryContent(weights);
    assertThat(fake.requests).anyMatch(request -> request.endsWith("bytes=123456-"));
    assertThat(partial).doesNotExist();
  }

  /** As after a crash, or on a disk that was full. */
  @Test
  void aFileThatWasCutIsMissingAndBroughtAgain() throws IOException {
    Path file = pull().resolve(UNET);
    Files.write(file.toRealPath(), Arrays.copyOf(weights, 10));
    assertThat(hub().plan(REPO, Optional.empty()).missing())
        .extracting(HubFile::path)
        .containsExactly(UNET);
    assertThat(pull().resolve(UNET)).hasBinaryContent(weights);
  }

  @Test
  void whatHasAnotherHashIsNotKept() throws IOException {
    fake.claimedHash = "ab".repeat(32);
    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining(UNET + ": hash " + FakeHub.hash("SHA-256", weights))
        .hasMessageContaining("(expected: " + fake.claimedHash + ")");
    assertThat(cache.resolve("models--org--name/blobs").resolve(fake.claimedHash)).doesNotExist();
    Hub hub = hub(true);
    assertThatThrownBy(() -> hub.plan(REPO, Optional.empty()))
        .hasMessageContaining("is not in the cache (expected: a complete model; pull it)");
  }

  @Test
  void aBusyHubIsAskedAgainWhenItSays() {
    fake.faults.add(
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", "7");
          exchange.sendResponseHeaders(429, -1);
          return true;
        });
    fake.faults.add(
        exchange -> {
          exchange.getResponseHeaders().add("RateLimit", "\"api\";r=0;t=3");
          exchange.sendResponseHeaders(429, -1);
          return true;
        });
    assertThat(pull()).isDirectory();
    assertThat(waits).contains(8L, 4L);
  }

  @Test
  void refusalsSayWhatToDo() {
    Hub hub = hub();
    assertThatThrownBy(() -> hub.plan(RepoName.parse("org/none"), Optional.empty()))
        .hasMessageStartingWith("org/none@main: no such model, or a private one and HF_TOKEN");
    assertThatThrownBy(() -> hub.plan(RepoName.parse("org/name@v9"), Optional.empty()))
        .hasMessageStartingWith("org/name@v9: no such revision");
    fake.faults.add(
        exchange -> {
          FakeHub.refuse(exchange, 403, "GatedRepo", "Access is restricted");
          return true;
        });
    assertThatThrownBy(this::pull)
        .hasMessageContaining("its licence has to be accepted at " + fake.endpoint() + "/org/name")
        .hasMessageContaining("the Hub's reply: Access is restricted");
  }

  @Test
  void withoutTheHubTheCacheAnswers() {
    Path folder = pull();
    assertThat(hub(true).plan(REPO, Optional.empty()).folder()).isEqualTo(folder);
    fake.close();
    assertThat(hub().plan(REPO, Optional.empty()).folder()).isEqualTo(folder);
    assertThat(hub().cached(REPO, Optional.empty())).isEqualTo(folder);
    assertThatThrownBy(() -> hub().plan(RepoName.parse("org/other"), Optional.empty()))
        .hasMessageStartingWith("cannot reach 127.0.0.1: ")
        .hasMessageContaining("org/other@main: not in the cache");
  }

  @Test
  void aCompleteModelIsReadWithoutWritingToTheCache() throws IOException {
    Path folder = pull();
    List<String> before = times();
    Hub hub = hub();
    assertThat(hub.pull(hub.plan(REPO, Optional.empty()), (file, bytes) -> {})).isEqualTo(folder);
    assertThat(times()).isEqualTo(before);
  }

  private List<String> times() throws IOException {
    try (Stream<Path> all = Files.walk(cache)) {
      return all.sorted().map(path -> path + " " + path.toFile().lastModified()).toList();
    }
  }

  @Test
  void namesAreChecked() {
    assertThat(RepoName.parse("org/a.b-c@refs/pr/2").revision()).isEqualTo("refs/pr/2");
    assertThat(RepoName.ifNamed("emoji/model")).isPresent();
    assertThat(RepoName.ifNamed("/models/a")).isEmpty();
    assertThat(RepoName.ifNamed("a/b/c")).isEmpty();
    for (String bad :
        new String[] {"a--b/c", "../a", "a/b.git", "a/b/c", "", "a/b@..", "a/b@x y"}) {
      assertThatThrownBy(() -> RepoName.parse(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(expected: ");
    }
    assertThatThrownBy(() -> new HubFile("../x", 1, "0".repeat(40), Optional.empty()))
        .hasMessage("file: ../x (expected: a path inside the model)");
  }

  @Test
  void theEnvironmentIsReadAsPythonReadsIt() {
    Path home = Path.of("/home/x");
    var plain = HubSettings.of(Map.of(), home);
    assertThat(plain.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(plain.token()).isEmpty();
    assertThat(plain.offline()).isFalse();
    var set =
        HubSettings.of(
            Map.of(
                "HF_ENDPOINT", "http://127.0.0.1:9/",
                "HF_HOME", "~/hf",
                "HF_TOKEN", " a\n",
                "HF_HUB_OFFLINE", "yes",
                "HF_HUB_ETAG_TIMEOUT", "3"),
            home);
    assertThat(set.endpoint()).hasToString("http://127.0.0.1:9");
    assertThat(set.cache()).isEqualTo(home.resolve("hf/hub"));
    assertThat(set.token()).contains("a");
    assertThat(set.offline()).isTrue();
    assertThat(set.metadataTimeout()).hasSeconds(3);
    assertThat(set).asString().doesNotContain("a\n");
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", "hub"), home))
        .hasMessage("HF_ENDPOINT: hub (expected: an http or https address)");
    var proxies =
        new EnvironmentProxies(
            Map.of("HTTPS_PROXY", "http://proxy:3128", "NO_PROXY", "localhost,.inner"));
    assertThat(proxies.select(URI.create("https://hub.example/")).toString())
        .contains("proxy")
        .contains("3128");
    assertThat(proxies.select(URI.create("https://a.inner/"))).containsExactly(Proxy.NO_PROXY);
  }
}

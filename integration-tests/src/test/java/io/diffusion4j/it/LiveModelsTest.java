package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.inject.util.Modules;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.local.LiveModel;
import io.diffusion4j.local.LiveModel.State;
import io.diffusion4j.local.LiveModels;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Model folders are loaded and unloaded while a server with a real port runs. */
@Tag("slow")
@Timeout(300)
@ExtendWith(TinyPipeline.Resolver.class)
class LiveModelsTest {
  @TempDir private Path temporary = Path.of("");

  private final Path folder;
  private final LocalModels models;
  private final DiffusionServer server;
  private final LiveModels live;
  private final GenerationClient client;

  LiveModelsTest(TinyPipeline tiny) throws IOException {
    folder = tiny.folder();
    models = LocalModels.load(List.of(named("a")), OpenOptions.with(Residency.ALWAYS));
    server = models.server(ServerConfig.loopback().withPort(0), Modules.EMPTY_MODULE).start();
    live = new LiveModels(models, server);
    client = GenerationClient.connect("127.0.0.1:" + server.port());
  }

  @BeforeEach
  void theFirstIsServed() {
    assertThat(client.models()).extracting(Model::getName).containsExactly("a");
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    models.close();
  }

  private ServedModel named(String name) {
    return new ServedModel(folder, Optional.of(name), Optional.of(TinyPipeline.PRECISION));
  }

  private static ServedModel named(String name, Path folder) {
    return new ServedModel(folder, Optional.of(name), Optional.of(TinyPipeline.PRECISION));
  }

  private static GenerateImagesRequest.Builder request(String model, int steps) {
    StageOptions options = StageOptions.newBuilder().setSteps(steps).build();
    return Requests.textToImage("a red apple")
        .setModel(model)
        .addSeeds(7)
        .putStages("prior", options)
        .putStages("decoder", options)
        .putStages("super_res", StageOptions.newBuilder().setSteps(2).build());
  }

  private byte[] draw(String model) {
    return client.generate(request(model, 2).build()).images().get(0).png();
  }

  private void awaitOnly(String... names) throws InterruptedException {
    for (int i = 0; i < 600 && models.live().size() > names.length; i++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(models.live()).extracting(LiveModel::name).containsExactly(names);
  }

  @Test
  void aModelIsLoadedDrawsTheSameAndItsMemoryReturns() throws Exception {
    byte[] before = draw("a");
    long tensors = Engines.liveTensors();
    for (int round = 0; round < 2; round++) {
      assertThat(live.load(named("b"))).isEqualTo("b");
      assertThat(Engines.liveTensors()).isGreaterThan(tensors);
      assertThat(draw("b")).isNotEmpty();
      live.makeDefault("b");
      assertThat(client.models()).extracting(Model::getIsDefault).containsExactly(false, true);
      assertThatThrownBy(() -> live.unload("b"))
          .hasMessage("model: b (expected: one that is not the default)");
      live.makeDefault("a");
      live.unload("b");
      awaitOnly("a");
      assertThat(Engines.liveTensors()).isEqualTo(tensors);
    }
    assertThat(draw("a")).isEqualTo(before);
    assertThatThrownBy(() -> live.unload("b")).hasMessage("model: b (expected: one of [a])");
  }

  @Test
  void unloadingWaitsForWhatTheModelDraws() throws Exception {
    live.load(named("b"));
    var drawing =
        CompletableFuture.supplyAsync(
            () -> client.generate(request("b", 200).setImageCount(4).build()).images());
    TimeUnit.MILLISECONDS.sleep(500); // mostly while it is being drawn
    live.unload("b");
    assertThat(drawing.get()).hasSize(4);
    awaitOnly("a");
  }

  @Test
  void whatCannotBeLoadedChangesNothing() throws Exception {
    assertThatThrownBy(() -> live.load(named("c", temporary))).hasMessageContaining("model");
    Path damaged = temporary.resolve("damaged");
    Folders.copy(folder, damaged);
    Path weights = damaged.resolve("decoder/diffusion_pytorch_model.safetensors");
    try (var file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 2);
    }
    long tensors = Engines.liveTensors();
    assertThatThrownBy(() -> live.load(named("c", damaged)))
        .isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> live.serve(List.of(named("b"), named("c", damaged))))
        .isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> live.serve(List.of(named("b"), named("b"))))
        .hasMessage("models: two named b");
    assertThat(Engines.liveTensors()).isEqualTo(tensors);
    assertThat(models.live())
        .extracting(LiveModel::name, LiveModel::state)
        .containsExactly(tuple("a", State.DEFAULT));
    assertThat(draw("a")).isNotEmpty();
  }

  @Test
  void onlyWhatChangedIsLoadedAgain() throws Exception {
    Path copy = temporary.resolve("copy");
    Folders.copy(folder, copy);
    live.serve(List.of(named("b", copy), named("a")));
    var b = models.live().get(0).pipeline();
    var a = models.live().get(1).pipeline();
    live.serve(List.of(named("a"), named("b", copy)));
    assertThat(models.live()).extracting(LiveModel::pipeline).containsExactly(a, b);

    Files.writeString(copy.resolve("README.md"), "Another version.");
    live.serve(List.of(named("a"), named("b", copy)));
    awaitOnly("a", "b");
    assertThat(models.live().get(0).pipeline()).isSameAs(a);
    assertThat(models.live().get(1).pipeline()).isNotSameAs(b);
    live.serve(List.of(named("b", copy)));
    awaitOnly("b");
    assertThat(draw("")).isNotEmpty();
  }
}

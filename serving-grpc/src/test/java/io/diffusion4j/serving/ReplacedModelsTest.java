package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.RetryInfo;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Models are replaced while a server runs, without an effect on accepted requests. */
@Timeout(60)
class ReplacedModelsTest {
  private final Gate gate = new Gate();
  private final ImagePipeline a = ToyModel.named("a", gate::accept);
  private final ImagePipeline b = ToyModel.named("b");

  private static List<Model> listed(TestServer server) {
    return ModelServiceGrpc.newBlockingStub(server.channel)
        .listModels(ListModelsRequest.getDefaultInstance())
        .getModelsList();
  }

  private static Refusal refusal(TestServer server, String model) {
    return Refusal.of(() -> server.blocking().generateImages(request("x").setModel(model).build()));
  }

  private static ServingStatus health(TestServer server, String model) {
    var asked = HealthCheckRequest.newBuilder().setService("diffusion4j.v1.model/" + model);
    return HealthGrpc.newBlockingStub(server.channel).check(asked.build()).getStatus();
  }

  private static CompletableFuture<Void> unused(TestServer server, ImagePipeline model) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            server.server.awaitUnused(model);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void aNewModelIsListedHealthyMeteredAndDraws() throws Exception {
    try (var server = new TestServer(CONFIG, new MetricsModule(), a)) {
      server.server.replaceModels(List.of(a, b));
      assertThat(listed(server)).extracting(Model::getName).containsExactly("a", "b");
      assertThat(listed(server)).extracting(Model::getIsDefault).containsExactly(true, false);
      assertThat(health(server, "b")).isEqualTo(ServingStatus.SERVING);
      var drawn = server.blocking().generateImages(request("x").setModel("b").build());
      assertThat(drawn.getImagesCount()).isEqualTo(1);
      assertThat(meters(server)).contains("diffusion4j_model{digest=").contains("model=\"b\"");

      server.server.replaceModels(List.of(b, a));
      assertThat(listed(server)).extracting(Model::getIsDefault).containsExactly(false, true);
    }
  }

  @Test
  void anEmbeddingModelThatComesLaterEmbeds() throws Exception {
    var texts = EmbedTextsRequest.newBuilder().addTexts("a red apple").build();
    try (var server = new TestServer(CONFIG, ToyModel.ofTextsOnly("a"))) {
      var embedding = EmbeddingServiceGrpc.newBlockingStub(server.channel);
      assertThat(Refusal.of(() -> embedding.embedTexts(texts)).code())
          .isEqualTo(Code.UNIMPLEMENTED);
      server.server.replaceModels(List.of(b));
      assertThat(embedding.embedTexts(texts).getEmbeddingsCount()).isEqualTo(1);
    }
  }

  @Test
  void aModelThatGoesFinishesWhatItHas() throws Exception {
    try (var server = new TestServer(CONFIG.withRows(1), new MetricsModule(), a, b)) {
      Call runs = Call.start(server.channel, request("runs").setModel("a").setImageCount(2));
      gate.awaitCall();
      Call waits = Call.start(server.channel, request("waits").setModel("a"));
      waits.queuePosition();

      server.server.replaceModels(List.of(b));
      var unused = unused(server, a);
      assertThat(refusal(server, "a").reason()).isEqualTo("MODEL_NOT_FOUND");
      assertThat(listed(server)).extracting(Model::getName).containsExactly("b");
      assertThat(Refusal.of(() -> health(server, "a")).code()).isEqualTo(Code.NOT_FOUND);
      assertThat(meters(server)).doesNotContain("model=\"a\"");
      assertThatThrownBy(() -> unused.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);

      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      assertThat(waits.end().isOk()).isTrue();
      unused.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void anotherModelOfTheSameNameTakesOver() throws Exception {
    ImagePipeline other = ToyModel.named("a");
    try (var server = new TestServer(CONFIG.withRows(8), a)) {
      Call runs = Call.start(server.channel, request("runs"));
      gate.awaitCall();
      server.server.replaceModels(List.of(other));
      var unused = unused(server, a);
      assertThat(server.blocking().generateImages(request("x").build()).getImagesCount())
          .isEqualTo(1);
      assertThat(unused).isNotDone();
      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      unused.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aRequestThatIsCheckedMeanwhileIsRefusedAndMayComeAgain() throws Exception {
    var checked = new Gate();
    try (var server = new TestServer(CONFIG, new Held("held", b, checked), b)) {
      var refusal =
          CompletableFuture.supplyAsync(
              () ->
                  Refusal.of(
                      () ->
                          server.blocking().generateImages(request("x").setModel("held").build())));
      checked.awaitCall();
      server.server.replaceModels(List.of(b));
      checked.open();
      assertThat(refusal.get().reason()).isEqualTo("MODEL_UNLOADED");
      assertThat(refusal.get().code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(refusal.get().detail(RetryInfo.class)).isPresent();
    }
  }

  @Test
  void modelsThatCannotBeServedTogetherChangeNothing() throws Exception {
    try (var server = new TestServer(a, b)) {
      assertThatThrownBy(() -> server.server.replaceModels(List.of()))
          .hasMessage("models: none (expected: at least one)");
      assertThatThrownBy(() -> server.server.replaceModels(List.of(b, ToyModel.named("b"))))
          .hasMessage("models: two named b");
      assertThat(listed(server)).extracting(Model::getName).containsExactly("a", "b");
    }
  }

  private static String meters(TestServer server) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + server.server.port() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }

  /** A model with slow checks of requests. */
  private record Held(String name, ImagePipeline model, Gate gate) implements ImagePipeline {
    @Override
    public ModelCard card() {
      return ToyModel.card(name);
    }

    @Override
    public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
      gate.accept(task);
      return model.steps(task, settings);
    }

    @Override
    public List<Image> draw(
        ImageTask task,
        Map<String, SamplingSettings> settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      return model.draw(task, settings, noise, listener);
    }
  }
}

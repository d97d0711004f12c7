package io.diffusion4j.serving;

import static io.diffusion4j.serving.Pictures.file;
import static io.diffusion4j.serving.Pictures.random;
import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Floats;
import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.util.Modules;
import io.diffusion4j.client.EmbeddingClient;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.model.ImageIndex;
import io.diffusion4j.serving.v1.ClassifyImagesRequest;
import io.diffusion4j.serving.v1.EmbedImagesRequest;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.FoundImage;
import io.diffusion4j.serving.v1.ScoredLabel;
import io.diffusion4j.serving.v1.SearchImagesRequest;
import io.grpc.Status.Code;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Classification and search through the client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClipMethodsTest {
  /** Every second axis is a picture. */
  private static final Map<String, float[]> AXES = Map.of("first", axis(0), "third", axis(2));

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private EmbeddingClient client;

  private static float[] axis(int i) {
    float[] axis = new float[ToyModel.EMBEDDING];
    axis[i] = 1;
    return axis;
  }

  /** Exact, in memory. */
  private record Axes(String name, String model) implements ImageIndex {
    @Override
    public List<Found> nearest(float[] embedding, int most) {
      return AXES.entrySet().stream()
          .map(e -> new Found(e.getKey(), Vectors.cosine(embedding, e.getValue())))
          .sorted(Comparator.comparing(Found::cosine).reversed())
          .limit(most)
          .toList();
    }
  }

  private static Module indices(ImageIndex... all) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        var bound = Multibinder.newSetBinder(binder(), ImageIndex.class);
        List.of(all).forEach(index -> bound.addBinding().toInstance(index));
      }
    };
  }

  @BeforeAll
  void start() throws IOException {
    server =
        new TestServer(
            TestServer.CONFIG,
            indices(new Axes("photos", "toy"), new Axes("a", "other"), new Axes("b", "other")),
            ToyModel.named("toy"),
            ToyModel.named("other"),
            ToyModel.ofTextsOnly("texts"));
    client = new GenerationClient(server.channel, "").embeddings();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static Embedding embedding(float... values) {
    return Embedding.newBuilder().addAllValues(Floats.asList(values)).build();
  }

  @Test
  void probabilitiesOfAllLabelsHaveTheSumOne() {
    var classified =
        client.classify(
            ClassifyImagesRequest.newBuilder()
                .addImages(file(random(1)))
                .addImages(file(random(2)))
                .addAllLabels(List.of("cat", "dog", "car"))
                .addTemplates("{}")
                .addTemplates("a {}")
                .setTopK(3)
                .build());
    assertThat(classified).hasSize(2);
    for (var one : classified) {
      List<Double> p = one.getLabelsList().stream().map(ScoredLabel::getProbability).toList();
      assertThat(p).hasSize(3).isSortedAccordingTo(Comparator.reverseOrder());
      assertThat(p.stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void theNearestImageComesFirstWhateverTheQuery() {
    var request = SearchImagesRequest.newBuilder().setEmbedding(embedding(axis(2)));
    List<FoundImage> found = client.search(request.build());
    assertThat(found).extracting(FoundImage::getName).containsExactly("third", "first");
    assertThat(found.get(0).getSimilarity()).isCloseTo(1, within(1e-9));
    assertThat(client.search(request.setTopK(1).build())).hasSize(1);

    var text = client.embed(EmbedTextsRequest.newBuilder().addTexts("a cat").build()).get(0);
    assertThat(client.search(SearchImagesRequest.newBuilder().setText("a cat").build()))
        .isEqualTo(client.search(request.clearTopK().setEmbedding(embedding(text)).build()));
    var picture = file(random(1));
    var image = client.embed(EmbedImagesRequest.newBuilder().addImages(picture).build()).get(0);
    assertThat(client.search(SearchImagesRequest.newBuilder().setImage(picture).build()))
        .isEqualTo(client.search(request.setEmbedding(embedding(image)).build()));
  }

  @Test
  void anIndexIsOfOneModel() {
    var request = SearchImagesRequest.newBuilder().setModel("other").setText("x");
    assertRefused(
        Code.NOT_FOUND,
        "index: \"\" (expected: one of a, b)",
        () -> client.search(request.build()));
    assertThat(client.search(request.setIndex("b").build())).hasSize(2);
    assertRefused(
        Code.NOT_FOUND,
        "index: \"b\" (expected: one of photos)",
        () -> client.search(request.setModel("toy").build()));
    assertThatThrownBy(
            () ->
                TestServer.wire(
                    TestServer.CONFIG, indices(new Axes("a", "nobody")), ToyModel.named("toy")))
        .hasStackTraceContaining("index: a of nobody (expected: of one of [toy])");
  }

  @Test
  void whatIsWrongIsToldByItsPath() {
    assertRefused(
        Code.INVALID_ARGUMENT,
        "query: none (expected: one of text, image, embedding)",
        () -> client.search(SearchImagesRequest.getDefaultInstance()));
    assertRefused(
        Code.INVALID_ARGUMENT,
        "top_k: 101 (expected: 1 to 100)",
        () -> client.search(SearchImagesRequest.newBuilder().setText("x").setTopK(101).build()));
    for (float[] values : List.of(new float[3], new float[ToyModel.EMBEDDING])) {
      assertRefused(
          Code.INVALID_ARGUMENT,
          "embedding.values: " + values.length + " values of length 0.0",
          () ->
              client.search(
                  SearchImagesRequest.newBuilder().setEmbedding(embedding(values)).build()));
    }
    var labels = ClassifyImagesRequest.newBuilder().addImages(file(random(1)));
    assertRefused(
        Code.INVALID_ARGUMENT,
        "labels: 257 of them (expected: 1 to 256)",
        () -> client.classify(labels.clone().addAllLabels(nCopies(257, "x")).build()));
    assertRefused(
        Code.INVALID_ARGUMENT,
        "labels: one of them twice (expected: each once)",
        () -> client.classify(labels.clone().addAllLabels(nCopies(2, "x")).build()));
    assertRefused(
        Code.INVALID_ARGUMENT,
        "templates[0]: \"plain\" (expected: a text with {} for the label)",
        () -> client.classify(labels.clone().addLabels("x").addTemplates("plain").build()));
    assertRefused(
        Code.UNIMPLEMENTED,
        "has no networks for it",
        () -> client.classify(labels.clone().setModel("texts").addLabels("x").build()));
  }

  @Test
  void textsOfLabelsCountToo() throws IOException {
    var few = new Quota(1, 4, 1);
    var bob = new Principal("bob", Set.of(Role.EMBED), Set.of(Principal.EVERY_MODEL), few);
    try (var asking =
        new TestServer(
            TestServer.CONFIG,
            Modules.combine(TestServer.asking(token -> bob), indices(new Axes("photos", "toy"))),
            ToyModel.named("toy"))) {
      var bobs = new GenerationClient(asking.channel, "").embeddings();
      var request =
          ClassifyImagesRequest.newBuilder()
              .addImages(file(random(1)))
              .addAllLabels(List.of("a", "b"))
              .build();
      assertThat(bobs.classify(request)).hasSize(1);
      assertRefused(Code.RESOURCE_EXHAUSTED, "embeddings per minute", () -> bobs.classify(request));
      var search = SearchImagesRequest.newBuilder().setText("x").build();
      assertThat(bobs.search(search)).hasSize(2);
      assertRefused(Code.RESOURCE_EXHAUSTED, "embeddings per minute", () -> bobs.search(search));
    }
  }

  private static void assertRefused(
      Code code, String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    var refusal = catchThrowableOfType(GenerationException.class, call);
    assertThat(refusal).isNotNull().hasMessageContaining(message);
    assertThat(refusal.code()).isEqualTo(code);
  }
}

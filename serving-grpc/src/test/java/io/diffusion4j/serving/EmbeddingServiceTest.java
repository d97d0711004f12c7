package io.diffusion4j.serving;

import static io.diffusion4j.serving.Pictures.file;
import static io.diffusion4j.serving.Pictures.random;
import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.rpc.BadRequest;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.v1.EmbedImagesRequest;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc.EmbeddingServiceBlockingStub;
import io.diffusion4j.serving.v1.FromEmbeddingTask;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.RankImagesRequest;
import io.diffusion4j.serving.v1.RankedImage;
import io.diffusion4j.serving.v1.SampleImageEmbeddingsRequest;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddingServiceTest {
  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private EmbeddingServiceBlockingStub embeddings;

  @BeforeAll
  void start() throws IOException {
    server =
        new TestServer(
            ToyModel.named("toy"),
            ToyModel.withoutPrior("no-prior"),
            ToyModel.ofTextsOnly("texts"));
    embeddings = EmbeddingServiceGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static PromptSpec.Builder words(String text) {
    return PromptSpec.newBuilder().setText(text);
  }

  @Test
  void textsAreEmbeddedInOrder() {
    var two =
        embeddings.embedTexts(
            EmbedTextsRequest.newBuilder().addTexts("a cat").addTexts("").build());
    var one = embeddings.embedTexts(EmbedTextsRequest.newBuilder().addTexts("a cat").build());
    assertThat(two.getEmbeddingsList()).hasSize(2);
    assertThat(two.getEmbeddings(0)).isEqualTo(one.getEmbeddings(0));
    assertThat(two.getEmbeddings(0).getValuesList()).hasSize(ToyModel.EMBEDDING);
    assertThat(two.getWarningsList()).isEmpty();
  }

  @Test
  void aQuotaOfEmbeddingsIsKept() throws IOException {
    var few = new Quota(1, 3, 1);
    var bob = new Principal("bob", Set.of(Role.EMBED), Set.of(Principal.EVERY_MODEL), few);
    try (var asking =
        new TestServer(TestServer.CONFIG, TestServer.asking(token -> bob), ToyModel.named("toy"))) {
      var service = EmbeddingServiceGrpc.newBlockingStub(asking.channel);
      var two = EmbedTextsRequest.newBuilder().addTexts("a").addTexts("b").build();
      assertThat(service.embedTexts(two).getEmbeddingsList()).hasSize(2);
      Refusal refusal = Refusal.of(() -> service.embedTexts(two));
      assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refusal.reason()).isEqualTo("QUOTA_EXCEEDED");
      assertThat(refusal.message()).startsWith("embeddings per minute: at most 3 of bob");
      var rank = RankImagesRequest.newBuilder().setText("a").addImages(file(random(1))).build();
      assertThat(Refusal.of(() -> service.rankImages(rank)).reason()).isEqualTo("QUOTA_EXCEEDED");
      assertThat(service.embedTexts(EmbedTextsRequest.newBuilder().addTexts("a").build()))
          .satisfies(one -> assertThat(one.getEmbeddingsList()).hasSize(1));
    }
  }

  @Test
  void aLongTextIsAWarning() {
    var answer =
        embeddings.embedTexts(
            EmbedTextsRequest.newBuilder().addTexts("a").addTexts("a".repeat(31)).build());
    assertThat(answer.getWarningsList())
        .singleElement()
        .satisfies(warning -> assertThat(warning.getField()).isEqualTo("texts[1]"));
  }

  @Test
  void imagesAreEmbeddedInOrder() {
    var two =
        embeddings.embedImages(
            EmbedImagesRequest.newBuilder()
                .addImages(file(random(1)))
                .addImages(file(random(2, 7, 9)))
                .build());
    var second =
        embeddings.embedImages(
            EmbedImagesRequest.newBuilder().addImages(file(random(2, 7, 9))).build());
    assertThat(two.getEmbeddingsList()).hasSize(2).doesNotHaveDuplicates();
    assertThat(two.getEmbeddings(1)).isEqualTo(second.getEmbeddings(0));
  }

  @Test
  void theBestImageComesFirst() {
    var images = List.of(file(random(1)), file(random(2)), file(random(3)), file(random(1)));
    var ranked =
        embeddings
            .rankImages(
                RankImagesRequest.newBuilder().setText("a cat").addAllImages(images).build())
            .getImagesList();
    assertThat(ranked).extracting(RankedImage::getIndex).containsExactlyInAnyOrder(0, 1, 2, 3);
    for (int i = 1; i < ranked.size(); i++) {
      assertThat(ranked.get(i).getSimilarity())
          .isLessThanOrEqualTo(ranked.get(i - 1).getSimilarity());
    }
    var text = embeddings.embedTexts(EmbedTextsRequest.newBuilder().addTexts("a cat").build());
    var image =
        embeddings.embedImages(EmbedImagesRequest.newBuilder().addAllImages(images).build());
    RankedImage best = ranked.get(0);
    assertThat(best.getSimilarity())
        .isCloseTo(
            cosine(text.getEmbeddings(0), image.getEmbeddings(best.getIndex())), within(1e-9));
  }

  private static double cosine(Embedding a, Embedding b) {
    double dot = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.getValuesCount(); i++) {
      dot += (double) a.getValues(i) * b.getValues(i);
      squareA += (double) a.getValues(i) * a.getValues(i);
      squareB += (double) b.getValues(i) * b.getValues(i);
    }
    return dot / Math.sqrt(squareA) / Math.sqrt(squareB);
  }

  /** The two services agree: a sampled embedding, when decoded, gives the image of the text. */
  @Test
  void drawnEmbeddingsAreThoseOfTheImages() {
    var drawn =
        embeddings.sampleImageEmbeddings(
            SampleImageEmbeddingsRequest.newBuilder()
                .setPrompt(words("a cat"))
                .setCount(2)
                .setFirstIndex(1)
                .addSeeds(5)
                .build());
    assertThat(drawn.getEmbeddingsList()).hasSize(2).doesNotHaveDuplicates();
    var ofWords =
        server
            .blocking()
            .generateImages(TestServer.request("a cat").addSeeds(5).setFirstImage(2).build())
            .getImages(0);
    var ofEmbedding =
        server
            .blocking()
            .generateImages(
                GenerateImagesRequest.newBuilder()
                    .addSeeds(5)
                    .setFirstImage(2)
                    .setFromEmbedding(
                        FromEmbeddingTask.newBuilder()
                            .setImageEmbedding(drawn.getEmbeddings(1))
                            .setPrompt(words("a cat")))
                    .build())
            .getImages(0);
    assertThat(Pictures.decoded(ofEmbedding.getData()).pixels())
        .isEqualTo(Pictures.decoded(ofWords.getData()).pixels());
  }

  @Test
  void whatIsWrongIsToldByItsPath() {
    var refusal =
        Refusal.of(
            () ->
                embeddings.sampleImageEmbeddings(
                    SampleImageEmbeddingsRequest.newBuilder()
                        .setPrompt(words(" "))
                        .setCount(99)
                        .setOptions(StageOptions.newBuilder().setSampler("dmp").setSteps(0))
                        .build()));
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.detail(BadRequest.class).orElseThrow().getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactly("prompt.text", "count", "options.sampler", "options.steps");
    assertThat(
            Refusal.of(
                    () ->
                        embeddings.embedImages(
                            EmbedImagesRequest.newBuilder()
                                .addImages(file(random(1, 4, 4)))
                                .addImages(file(new byte[] {1}))
                                .build()))
                .message())
        .isEqualTo("images[1].data: unknown format (expected: PNG, JPEG or WebP)");
    assertThat(
            Refusal.of(
                    () ->
                        embeddings.embedTexts(
                            EmbedTextsRequest.newBuilder().addAllTexts(nCopies(65, "x")).build()))
                .message())
        .isEqualTo("texts: 65 of them (expected: 1 to 64)");
    assertThat(
            Refusal.of(
                    () ->
                        embeddings.sampleImageEmbeddings(
                            SampleImageEmbeddingsRequest.newBuilder()
                                .setPrompt(words("a cat"))
                                .setOptions(StageOptions.newBuilder().setSteps(13))
                                .build()))
                .message())
        .isEqualTo("options: steps: 13 (expected: an even number)");
  }

  @Test
  void aModelThatCannotSaysSo() {
    var none =
        Refusal.of(
            () ->
                embeddings.embedTexts(
                    EmbedTextsRequest.newBuilder().setModel("texts").addTexts("x").build()));
    assertThat(none.code()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(none.reason()).isEqualTo("METHOD_UNSUPPORTED");
    var prior =
        Refusal.of(
            () ->
                embeddings.sampleImageEmbeddings(
                    SampleImageEmbeddingsRequest.newBuilder()
                        .setModel("no-prior")
                        .setPrompt(words("x"))
                        .build()));
    assertThat(prior.message()).isEqualTo("SampleImageEmbeddings: no-prior has no networks for it");
    assertThat(
            Refusal.of(
                    () ->
                        embeddings.embedTexts(
                            EmbedTextsRequest.newBuilder().setModel("z").addTexts("x").build()))
                .code())
        .isEqualTo(Code.NOT_FOUND);
  }

  /** Models are added and removed while a server runs, and its services stay. */
  @Test
  void theServiceIsThereAlsoWhereNoModelEmbeds() throws IOException {
    var asked =
        HealthCheckRequest.newBuilder().setService("diffusion4j.v1.EmbeddingService").build();
    try (var texts = new TestServer(ToyModel.ofTextsOnly("texts"))) {
      assertThat(HealthGrpc.newBlockingStub(texts.channel).check(asked).getStatus())
          .isEqualTo(ServingStatus.SERVING);
      var refusal =
          Refusal.of(
              () ->
                  EmbeddingServiceGrpc.newBlockingStub(texts.channel)
                      .embedTexts(EmbedTextsRequest.newBuilder().addTexts("x").build()));
      assertThat(refusal.code()).isEqualTo(Code.UNIMPLEMENTED);
      assertThat(refusal.reason()).isEqualTo("METHOD_UNSUPPORTED");
    }
  }
}

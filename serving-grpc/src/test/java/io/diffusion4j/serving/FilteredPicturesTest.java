package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.util.Modules;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Generation.Picture;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.filter.ConceptScore;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.serving.v1.FilterScore;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.ModelFilter;
import io.diffusion4j.serving.v1.Moderation;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.PreviewOptions;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.Warning;
import io.grpc.Status.Code;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The filter refuses pictures brighter than the median, which is half of them. */
@TestInstance(Lifecycle.PER_CLASS)
class FilteredPicturesTest {
  private static final int COUNT = 6;

  private List<Picture> unfiltered = List.of();
  private double median;
  private double most;

  private static GenerateImagesRequest.Builder asked() {
    return Requests.textToImage("a dog").setImageCount(COUNT).addSeeds(7);
  }

  @BeforeAll
  void drawWithoutFilters() throws Exception {
    var scores = new ArrayList<Double>();
    try (var server = new TestServer(CONFIG, new ToyFilter(9, 9), ToyModel.named("toy"));
        var client = server.client()) {
      unfiltered = client.generate(asked().build()).images();
      unfiltered.forEach(picture -> scores.add(bright(picture.metadata()).getScore()));
    }
    scores.sort(null);
    median = (scores.get(COUNT / 2 - 1) + scores.get(COUNT / 2)) / 2;
    most = scores.get(COUNT - 1);
    assertThat(scores.get(0)).isLessThan(most);
  }

  private static FilterScore bright(ImageMetadata image) {
    return image.getFilterScores(0);
  }

  private static float[] pixels(Picture picture) {
    return Pictures.decoded(ByteString.copyFrom(picture.png())).pixels();
  }

  @Test
  void refusedPicturesAreResultsWithScoresAndWithoutPixels() throws Exception {
    try (var server = new TestServer(CONFIG, new ToyFilter(median, most), ToyModel.named("toy"));
        var client = server.client()) {
      for (var listener : List.of(ProgressListener.NONE, new Watching())) {
        var generation =
            listener == ProgressListener.NONE
                ? client.generate(asked().build())
                : client.generate(asked().build(), listener);
        assertThat(generation.images()).hasSize(COUNT);
        assertThat(generation.failures()).isEmpty();
        assertThat(generation.released()).hasSize(COUNT / 2);
        assertThat(generation.usage().getImages()).isEqualTo(COUNT);
        assertThat(generation.usage().getRefusedImages()).isEqualTo(COUNT / 2);
        assertThat(generation.usage().hasFilterTime()).isTrue();
        for (int i = 0; i < COUNT; i++) {
          Picture picture = generation.images().get(i);
          ImageMetadata about = picture.metadata();
          FilterScore score = bright(about);
          assertThat(score.getThreshold()).isEqualTo(median);
          assertThat(about.getFilterScores(1).hasThreshold()).isFalse();
          assertThat(picture.isRefused()).isEqualTo(score.getScore() > median);
          if (picture.isRefused()) {
            assertThat(picture.png()).isEmpty();
            assertThat(about.getSha256()).isEmpty();
            assertThat(about.getSizeBytes()).isZero();
            assertThat(about.getRefusal().getFilter()).isEqualTo("toy");
            assertThat(about.getRefusal().getConcept()).isEqualTo("bright");
            assertThat(about.getRefusal().getMessage()).startsWith("toy/bright: ");
          } else {
            assertThat(pixels(picture)).isEqualTo(pixels(unfiltered.get(i)));
          }
          assertThat(Recipes.fromJson(about.getRecipe()).getFiltersList())
              .extracting(ModelFilter::getName, ModelFilter::getDigest)
              .containsExactly(tuple("toy", "sha256:of-the-toy"));
        }
      }
    }
  }

  private static final class Watching implements ProgressListener {
    private int previews;

    @Override
    public void onProgress(Progress progress) {}

    @Override
    public void onPreview(Preview preview) {
      previews++;
    }
  }

  @Test
  void aRequestAllOfWhosePicturesAreRefusedEndsWell() throws Exception {
    try (var server = new TestServer(CONFIG, new ToyFilter(-2, -2), ToyModel.named("toy"));
        var client = server.client()) {
      assertThat(client.generate(asked().build()).released()).isEmpty();
    }
  }

  /** Previews are withheld, since a late preview is nearly the picture. */
  @Test
  void noPreviewsAreSentOfModelsWithFilters() throws Exception {
    var previewed = asked().setPreview(PreviewOptions.newBuilder().setEverySteps(1)).build();
    var watching = new Watching();
    try (var server = new TestServer(ToyModel.named("toy"));
        var client = server.client()) {
      client.generate(previewed, watching);
      assertThat(watching.previews).isPositive();
    }
    var withheld = new Watching();
    try (var server = new TestServer(CONFIG, new ToyFilter(9, 9), ToyModel.named("toy"));
        var client = server.client()) {
      var generation = client.generate(previewed, withheld);
      assertThat(withheld.previews).isZero();
      assertThat(generation.warnings())
          .extracting(Warning::getReason, Warning::getField)
          .contains(tuple("PREVIEWS_WITHHELD", "preview.every_steps"));
    }
  }

  @Test
  void lowModerationRefusesByTheLenientThresholds() throws Exception {
    try (var server = new TestServer(CONFIG, new ToyFilter(median, most), ToyModel.named("toy"));
        var client = server.client()) {
      var low = asked().setModeration(Moderation.MODERATION_LOW).build();
      var generation = client.generate(low);
      assertThat(generation.released()).hasSize(COUNT);
      Picture first = generation.images().get(0);
      assertThat(bright(first.metadata()).getThreshold()).isEqualTo(most);
      // A replay is judged in the same way.
      assertThat(Recipes.fromJson(first.recipe()).getRequest().getModeration())
          .isEqualTo(Moderation.MODERATION_LOW);
      var unknown = asked().setModerationValue(9).build();
      var refusal = Refusal.of(() -> server.blocking().generateImages(unknown));
      assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  /** A server sends no picture if its filter fails or returns too few scores. */
  @Test
  void filtersFailClosed() throws Exception {
    for (boolean throwing : new boolean[] {true, false}) {
      var broken =
          new AbstractModule() {
            @Override
            protected void configure() {
              Multibinder.newSetBinder(binder(), ImageFilter.class)
                  .addBinding()
                  .toInstance(
                      new ImageFilter() {
                        @Override
                        public String name() {
                          return "broken";
                        }

                        @Override
                        public List<List<ConceptScore>> score(List<Image> images) {
                          if (throwing) {
                            throw new IllegalStateException("a secret");
                          }
                          return List.of();
                        }
                      });
            }
          };
      var both = Modules.combine(new ToyFilter(9, 9), broken);
      try (var server = new TestServer(CONFIG, both, ToyModel.named("toy"))) {
        var refusal = Refusal.of(() -> server.blocking().generateImages(request("x").build()));
        assertThat(refusal.code()).isEqualTo(Code.INTERNAL);
        assertThat(refusal.message()).startsWith("a filter failed").doesNotContain("secret");
      }
    }
  }

  @Test
  void filtersAreListedAndMetered() throws Exception {
    var more = Modules.combine(new ToyFilter(median, most), new MetricsModule());
    try (var server = new TestServer(CONFIG, more, ToyModel.named("toy"));
        var client = server.client()) {
      client.generate(asked().build());
      assertThat(client.models().get(0).getFiltersList())
          .extracting(ModelFilter::getName)
          .containsExactly("toy");
      var metrics = URI.create("http://127.0.0.1:" + server.server.port() + "/metrics");
      String body =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
              .body();
      assertThat(body)
          .contains(
              "diffusion4j_refused_images_total{concept=\"bright\",filter=\"toy\",model=\"toy\"} "
                  + (double) (COUNT / 2))
          .contains("diffusion4j_filter_seconds_count{");
    }
  }

  /** A filter that refuses everything does not change the health of the model. */
  @Test
  void aModelWhosePicturesAreRefusedIsHealthy() throws Exception {
    try (var server = new TestServer(CONFIG, new ToyFilter(-2, -2), ToyModel.named("toy"));
        var client = server.client()) {
      assertThat(client.isServing("diffusion4j.v1.model/toy")).isTrue();
    }
  }
}

package io.diffusion4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import org.junit.jupiter.api.Test;

class RequestedSizeTest {
  private static final Model ONE =
      Model.newBuilder().setName("one").setImageWidth(64).setImageHeight(32).build();
  private static final Model SEVERAL =
      Model.newBuilder()
          .setName("several")
          .addStages(ModelStage.newBuilder().setName("prior"))
          .addStages(
              ModelStage.newBuilder()
                  .setName("decoder")
                  .setImageWidth(512)
                  .setImageHeight(512)
                  .setSizeUnit(64))
          .build();

  private static final GenerateImagesRequest REQUEST = GenerateImagesRequest.getDefaultInstance();

  @Test
  void aModelOfSeveralSizesGetsItWithItsOwnForWhatIsAbsent() {
    var request = new RequestedSize(768, null).addedTo(REQUEST, SEVERAL);
    assertThat(request.getStagesMap()).containsOnlyKeys("decoder");
    var size = request.getStagesOrThrow("decoder").getSize();
    assertThat(size.getWidth()).isEqualTo(768);
    assertThat(size.getHeight()).isEqualTo(512);
    var again = new RequestedSize(64, 64).addedTo(request, SEVERAL);
    assertThat(again).as("a size in the request is kept").isEqualTo(request);
  }

  @Test
  void aModelOfOneSizeRefusesAnother() {
    assertThat(new RequestedSize(64, null).addedTo(REQUEST, ONE)).isEqualTo(REQUEST);
    assertThatThrownBy(() -> new RequestedSize(64, 64).addedTo(REQUEST, ONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("height: 64 (expected: 32, which is what one draws)");
  }
}

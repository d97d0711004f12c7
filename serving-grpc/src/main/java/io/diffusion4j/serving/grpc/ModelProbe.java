package io.diffusion4j.serving.grpc;

import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.TextToImageTask;
import io.diffusion4j.serving.v1.UnconditionalTask;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A test image of the server's own. It distinguishes a broken model from requests that a working
 * model cannot draw.
 */
final class ModelProbe {
  private static final Logger LOG = LoggerFactory.getLogger(ModelProbe.class);
  private static final String PROMPT = "a red circle";

  private ModelProbe() {}

  /**
   * Returns whether the model draws a test image. Models that can draw neither from a prompt nor
   * unconditionally fail.
   */
  static boolean draws(ImagePipeline model) {
    try {
      var generator = new DirectGenerator(model, Provenance.DECLARED);
      var drawn = // NaN cannot be encoded, nor scored
          generator.generate(request(model.card().tasks()), ProgressListener.NONE).images().get(0);
      return drawn.isRefused() || drawn.png().length > 0;
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("model", model.card().name())
          .setCause(e)
          .log("the model failed to draw the test image of the server");
      return false;
    }
  }

  private static GenerateImagesRequest request(Set<ImageTask.Kind> tasks) {
    var request = GenerateImagesRequest.newBuilder().addSeeds(1);
    return tasks.contains(ImageTask.Kind.TEXT_TO_IMAGE)
        ? request
            .setTextToImage(
                TextToImageTask.newBuilder().setPrompt(PromptSpec.newBuilder().setText(PROMPT)))
            .build()
        : request.setUnconditional(UnconditionalTask.getDefaultInstance()).build();
  }
}

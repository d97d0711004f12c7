package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.filter.Filters;
import java.util.List;

/**
 * A model whose pictures are judged by filters before they leave the process. Everything else is
 * unchanged.
 *
 * @param model draws
 * @param filters the filters of the model, those of {@code model} included
 */
public record FilteredPipeline(ImagePipeline model, Filters filters) implements ForwardingPipeline {
  @Override
  public ImagePipeline with(List<AppliedLora> loras) {
    return new FilteredPipeline(model.with(loras), filters);
  }
}

package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j img2img}: noises an image and denoises it again. */
@Command(
    name = "img2img",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Change an image: add noise to it and denoise it with a prompt (SDEdit).",
    footer = {
      "",
      "Example:",
      "  diffusion4j img2img apple.png \"a green apple\" --strength 0.6 --output green.png"
    })
public final class ImageToImageCommand implements Callable<Integer> {
  @Mixin private EditedImage image = new EditedImage();

  @Option(
      names = "--strength",
      paramLabel = "X",
      defaultValue = "0.5",
      description =
          "The strength of the change, 0 to 1: 0 keeps the image, 1 ignores it. "
              + "Default: ${DEFAULT-VALUE}")
  private double strength;

  @Option(
      names = "--hint",
      paramLabel = "FILE",
      description =
          "A conditioning image of the same size as the image, such as a depth map, "
              + "for a model with a hint input.")
  private @Nullable Path hint;

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws IOException {
    image.check();
    Check.share("strength", strength);
    if (hint != null) {
      InputFile.check("hint", hint);
    }
    edit.check(1);
    var asked = Requests.imageToImage(image.read(), strength, image.prompt());
    return edit.draw(List.of(hint == null ? asked : Requests.hinted(asked, InputFile.read(hint))));
  }
}

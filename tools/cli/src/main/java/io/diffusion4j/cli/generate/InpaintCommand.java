package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.v1.ResamplingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j inpaint}: redraws a part of an image. */
@Command(
    name = "inpaint",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Redraw the masked part of an image.",
    footer = {
      "",
      "Example:",
      "  diffusion4j inpaint apple.png \"a green apple\" --mask middle.png --output green.png"
    })
public final class InpaintCommand implements Callable<Integer> {
  @Mixin private EditedImage image = new EditedImage();

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      required = true,
      description =
          "The mask, an image file of the same size as the image: white is redrawn, "
              + "black is kept.")
  private Path mask = Path.of("");

  @Option(
      names = "--repaint-times",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "The number of times that each group of steps is run (RePaint), so that the "
              + "new part matches the kept one. 1 runs each once. Default: ${DEFAULT-VALUE}")
  private int repaintTimes;

  @Option(
      names = "--repaint-jump",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "The number of steps in a repeated group, for --repaint-times. Default: "
              + "${DEFAULT-VALUE}")
  private int repaintJump;

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws IOException {
    image.check();
    InputFile.check("mask", mask);
    Check.that(repaintTimes >= 1, "repaint-times", repaintTimes, "≥ 1");
    Check.that(repaintJump >= 1, "repaint-jump", repaintJump, "≥ 1");
    edit.check(1);
    InputFile.checkSize("mask", mask, image.path());
    var request =
        Requests.inpaint(
            InputFile.read(image.path(), mask), InputFile.read(mask, image.path()), image.prompt());
    if (repaintTimes > 1) {
      request
          .getInpaintBuilder()
          .setResampling(
              ResamplingOptions.newBuilder().setJumpLength(repaintJump).setTimes(repaintTimes));
    }
    return edit.draw(List.of(request));
  }
}

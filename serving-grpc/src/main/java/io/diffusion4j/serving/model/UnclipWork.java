package io.diffusion4j.serving.model;

import static java.util.Collections.nCopies;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.pipeline.ImageEdit;
import io.diffusion4j.diffusion.pipeline.ImageInterpolation;
import io.diffusion4j.diffusion.pipeline.ImageToImage;
import io.diffusion4j.diffusion.pipeline.Inpainting;
import io.diffusion4j.diffusion.pipeline.TextDiff;
import io.diffusion4j.diffusion.pipeline.TextToImage;
import io.diffusion4j.diffusion.pipeline.UnclipStages;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;

/** What a task comes to with the stages of unCLIP. */
sealed interface UnclipWork {
  /** How many steps an image takes. */
  Steps steps(Settings settings);

  /** Draws an image for each noise source. */
  List<Image> draw(
      UnclipStages stages, Settings settings, List<NoiseSource> noise, SamplingListener listener);

  /** What decoder and upsampler keep of an image. */
  default ImageEdit edit() {
    return ImageEdit.NONE;
  }

  /** The steps of each stage; 0 for one that is not needed. */
  record Steps(int prior, int decoder, int upsampler) {}

  /** How each stage samples. */
  record Settings(SamplingSettings prior, SamplingSettings decoder, SamplingSettings upsampler) {
    /** The steps of the stages that draw pixels under an edit. */
    Steps steps(int priorSteps, ImageEdit edit) {
      return new Steps(
          priorSteps, edit.decoderSteps(decoder.steps()), edit.upsamplerSteps(upsampler.steps()));
    }
  }

  /** Images of words. */
  record OfWords(Task.Words words, ImageEdit edit) implements UnclipWork {
    @Override
    public Steps steps(Settings settings) {
      return settings.steps(settings.prior().steps(), edit);
    }

    @Override
    public List<Image> draw(
        UnclipStages stages,
        Settings settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      var request =
          new TextToImage.Request(
              nCopies(noise.size(), words.text()),
              words.negative(),
              noise,
              settings.prior(),
              settings.decoder(),
              settings.upsampler());
      return stages.editing(edit).textToImage().generate(request, listener).images();
    }
  }

  /** Images of an embedding, with words beside. */
  record OfEmbedding(Embedding embedding, Task.Words words, ImageEdit edit) implements UnclipWork {
    /** Finds the embedding. */
    @FunctionalInterface
    interface Embedding {
      float[] with(ImageEncoder encoder);

      static Embedding of(Image image) {
        return encoder -> encoder.encode(List.of(image)).get(0);
      }
    }

    @Override
    public Steps steps(Settings settings) {
      return settings.steps(0, edit);
    }

    @Override
    public List<Image> draw(
        UnclipStages stages,
        Settings settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      return stages
          .editing(edit)
          .imageVariation()
          .render(
              nCopies(noise.size(), embedding.with(stages.imageEncoder())),
              words.text(),
              words.negative(),
              noise,
              settings.decoder(),
              settings.upsampler(),
              listener)
          .images();
    }
  }

  /** Images between two. */
  record Between(Task.Interpolation task) implements UnclipWork {
    @Override
    public Steps steps(Settings settings) {
      return settings.steps(0, ImageEdit.NONE);
    }

    @Override
    public List<Image> draw(
        UnclipStages stages,
        Settings settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      var request =
          new ImageInterpolation.Request(
              task.first(),
              task.second(),
              task.ratio(),
              noise,
              settings.decoder(),
              settings.upsampler());
      return stages.imageInterpolation().interpolate(request, listener).images();
    }
  }

  /** An image changed in the direction of texts. */
  record Changed(Task.TextDiff task) implements UnclipWork {
    @Override
    public Steps steps(Settings settings) {
      return new Steps(
          0, TextDiff.decoderSteps(settings.decoder().steps()), settings.upsampler().steps());
    }

    @Override
    public List<Image> draw(
        UnclipStages stages,
        Settings settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      var request =
          new TextDiff.Request(
              task.image(),
              task.fromText(),
              task.toText(),
              task.ratio(),
              noise,
              settings.decoder(),
              settings.upsampler());
      return stages.textDiff().change(request, listener).large();
    }
  }

  /** Larger images. */
  record Enlarged(Image image) implements UnclipWork {
    @Override
    public Steps steps(Settings settings) {
      return new Steps(0, 0, settings.upsampler().steps());
    }

    @Override
    public List<Image> draw(
        UnclipStages stages,
        Settings settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      return stages
          .upsampler()
          .upsample(
              noise.stream().map(source -> new Draw<>(image, source)).toList(),
              settings.upsampler(),
              listener);
    }
  }

  /** The image as it is. */
  record Kept(Image image) implements UnclipWork {
    @Override
    public Steps steps(Settings settings) {
      return new Steps(0, 0, 0);
    }

    @Override
    public List<Image> draw(
        UnclipStages stages,
        Settings settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      return nCopies(noise.size(), image);
    }
  }

  /**
   * Finds what a task comes to.
   *
   * @param side height and width of the model's images
   */
  record Of(int side) implements Task.Visitor<UnclipWork> {
    @Override
    public UnclipWork textToImage(Task.TextToImage task) {
      return new OfWords(task.words(), ImageEdit.NONE);
    }

    @Override
    public UnclipWork variation(Task.Variation task) {
      return new OfEmbedding(OfEmbedding.Embedding.of(task.image()), task.words(), ImageEdit.NONE);
    }

    @Override
    public UnclipWork interpolation(Task.Interpolation task) {
      return new Between(task);
    }

    @Override
    public UnclipWork inpaint(Task.Inpaint task) {
      return edited(
          task.words(), task.image(), new Inpainting(task.image(), task.mask(), task.resampling()));
    }

    @Override
    public UnclipWork imageToImage(Task.ImageToImage task) {
      return task.strength() == 0
          ? new Kept(new Image(side, side, new Pyramid(task.image()).level(side)))
          : edited(task.words(), task.image(), new ImageToImage(task.image(), task.strength()));
    }

    /** Without words, what an image shows already is its embedding. */
    private static UnclipWork edited(Task.Words words, Image image, ImageEdit edit) {
      return words.isEmpty()
          ? new OfEmbedding(OfEmbedding.Embedding.of(image), words, edit)
          : new OfWords(words, edit);
    }

    @Override
    public UnclipWork upscale(Task.Upscale task) {
      return new Enlarged(task.image());
    }

    @Override
    public UnclipWork textDiff(Task.TextDiff task) {
      return new Changed(task);
    }

    @Override
    public UnclipWork fromEmbedding(Task.FromEmbedding task) {
      return new OfEmbedding(encoder -> task.imageEmbedding(), task.words(), ImageEdit.NONE);
    }
  }
}

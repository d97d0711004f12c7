package io.diffusion4j.openinference;

import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.openinference.v2.InferParameter;
import io.diffusion4j.openinference.v2.ModelInferResponse;
import io.diffusion4j.openinference.v2.ModelInferResponse.InferOutputTensor;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tensors that a model returns, with an element or a slice for each image. */
enum Output {
  /** The images: pixels {@code [N, H, W, 3]} of type UINT8, or files {@code [N]} of type BYTES. */
  IMAGE("image"),

  /** The recipes of the images, as JSON. */
  RECIPE("recipe");

  /** The parameter of an image tensor of files, and its value. */
  static final String FORMAT = "format";

  static final String PNG = "png";

  private static final String ALL =
      Arrays.stream(values()).map(output -> output.key).collect(Collectors.joining(", "));

  /** The form of the images. */
  enum Form {
    /** Pixels. */
    RAW,

    /** Files. */
    PNG;

    static Optional<Form> named(String name) {
      return Arrays.stream(values()).filter(form -> form.toString().equals(name)).findFirst();
    }

    @Override
    public String toString() {
      return this == RAW ? "raw" : Output.PNG;
    }
  }

  /** The name of the tensor. */
  final String key;

  Output(String key) {
    this.key = key;
  }

  static Optional<Output> named(String key) {
    return Arrays.stream(values()).filter(output -> output.key.equals(key)).findFirst();
  }

  /** Describes the names. */
  static String expected() {
    return "one of " + ALL;
  }

  /** Adds the tensor to a response. */
  void addTo(ModelInferResponse.Builder response, List<GeneratedImage> images, Form form) {
    var tensor = InferOutputTensor.newBuilder().setName(key).addShape(images.size());
    ByteString elements;
    if (this == RECIPE) {
      elements =
          TensorDatatype.raw(
              images.stream().map(image -> image.getMetadata().getRecipeBytes()).toList());
      tensor.setDatatype(TensorDatatype.BYTES.name());
    } else if (form == Form.PNG) {
      elements = TensorDatatype.raw(images.stream().map(GeneratedImage::getData).toList());
      tensor
          .setDatatype(TensorDatatype.BYTES.name())
          .putParameters(FORMAT, InferParameter.newBuilder().setStringParam(PNG).build());
    } else {
      List<Rgb8> decoded = images.stream().map(Output::decode).toList();
      elements =
          decoded.stream()
              .map(image -> ByteString.copyFrom(image.pixels()))
              .reduce(ByteString.EMPTY, ByteString::concat);
      tensor
          .setDatatype(TensorDatatype.UINT8.name())
          .addShape(decoded.get(0).height())
          .addShape(decoded.get(0).width())
          .addShape(3);
    }
    response.addOutputs(tensor).addRawOutputContents(elements);
  }

  /** Returns the pixels; black ones of an image that a filter refused. */
  private static Rgb8 decode(GeneratedImage image) {
    ImageMetadata about = image.getMetadata();
    if (about.hasRefusal()) {
      byte[] black = new byte[3 * about.getWidth() * about.getHeight()];
      return new Rgb8(about.getWidth(), about.getHeight(), black);
    }
    try {
      return Rgb8.of(ImageFiles.read(image.getData().toByteArray(), Long.MAX_VALUE));
    } catch (IOException e) {
      throw new UncheckedIOException("an image that the service made is damaged", e);
    }
  }
}

package io.diffusion4j.spark;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A picture that is not drawn yet, and the rows that describe it before and after.
 *
 * @param id the same in each run
 * @param recipe the recipe in the picture's file
 * @param message the request in the recipe, for this picture alone
 * @param request the same, checked
 */
record PlannedPicture(
    String id, String recipe, GenerateImagesRequest message, DirectRequest request) {
  private static final String RECIPE = "recipe";

  /** The columns of planned pictures: an id, and a recipe or an error. */
  static final StructType PLANNED =
      new StructType()
          .add(OutputTable.ID, DataTypes.StringType)
          .add(RECIPE, DataTypes.StringType)
          .add(OutputTable.ERROR, DataTypes.StringType);

  private static final StructType COMMON =
      new StructType()
          .add(OutputTable.ID, DataTypes.StringType)
          .add(PromptRow.PROMPT, DataTypes.StringType)
          .add("seed", DataTypes.LongType)
          .add("image", DataTypes.IntegerType)
          .add(RECIPE, DataTypes.StringType)
          .add(OutputTable.ERROR, DataTypes.StringType)
          .add("width", DataTypes.IntegerType)
          .add("height", DataTypes.IntegerType)
          .add("sha256", DataTypes.StringType);

  /** The columns of drawn pictures in the table. */
  static final StructType WITH_BYTES = COMMON.add("png", DataTypes.BinaryType);

  /** The columns of drawn pictures in files. */
  static final StructType WITH_FILES = COMMON.add("file", DataTypes.StringType);

  /** Reads a row without an error, with the columns {@link #PLANNED}. */
  static PlannedPicture of(Row row, ImagePipeline pipeline, Provenance provenance) {
    String recipe = row.getString(1);
    GenerateImagesRequest message = Recipes.fromJson(recipe).getRequest();
    var request = DirectRequest.of(pipeline, message, SamplingOptions::nameOf, provenance);
    return new PlannedPicture(row.getString(0), recipe, message, request);
  }

  /** Returns the random numbers of the picture. */
  NoiseSource noise() {
    return request.noise().get(0);
  }

  /** Returns the words of the picture; empty if it has none. */
  ImageTask.Words words() {
    return request.task().words(0);
  }

  /** Returns the row of an input that cannot be drawn. */
  static Row failed(Row planned) {
    return RowFactory.create(
        planned.getString(0), null, null, null, null, planned.getString(2), null, null, null, null);
  }

  /** Returns the row of a picture that a filter refused. */
  Row refused(String reason) {
    return row(reason, null, null, null, null);
  }

  /**
   * Returns the row of a drawn picture.
   *
   * @param png the bytes of the file
   * @param place the bytes, or the name of the file
   */
  Row drawn(Image image, byte[] png, Object place) {
    String sha256 = Sha256.hex(png);
    return row(null, image.width(), image.height(), sha256, place);
  }

  private Row row(
      @Nullable String error,
      @Nullable Integer width,
      @Nullable Integer height,
      @Nullable String sha256,
      @Nullable Object place) {
    return RowFactory.create(
        id,
        words().isEmpty() ? null : words().text(),
        message.getSeeds(0),
        message.getFirstImage(),
        recipe,
        error,
        width,
        height,
        sha256,
        place);
  }
}

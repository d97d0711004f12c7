package io.diffusion4j.spark;

import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.digest.Sha256;
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
 * @param request the request in the recipe, for this picture alone
 */
record PlannedPicture(String id, String recipe, GenerateImagesRequest request) {
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
  static PlannedPicture of(Row row) {
    String recipe = row.getString(1);
    return new PlannedPicture(row.getString(0), recipe, Recipes.fromJson(recipe).getRequest());
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
  Row drawn(int width, int height, byte[] png, Object place) {
    return row(null, width, height, Sha256.hex(png), place);
  }

  private Row row(
      @Nullable String error,
      @Nullable Integer width,
      @Nullable Integer height,
      @Nullable String sha256,
      @Nullable Object place) {
    String words = request.getTextToImage().getPrompt().getText();
    return RowFactory.create(
        id,
        words.isBlank() ? null : words,
        request.getSeeds(0),
        request.getFirstImage(),
        recipe,
        error,
        width,
        height,
        sha256,
        place);
  }
}

package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.DataType;
import java.util.Arrays;
import java.util.List;

/**
 * A lookup of rows in a learned table, on a tape.
 *
 * @param table {@code [rows, width]}
 */
record Lookup(Tape tape, TrainableParameter table, int width) {
  /**
   * Adds the lookup of rows.
   *
   * @param ids fed integers
   * @return {@code [n, 1, ids, width]} in float32
   */
  Activation forward(Activation ids) {
    int count = ids.size();
    var y = tape.result(DataType.FLOAT32, 1, count / ids.samples(), width);
    int[] from = new int[count]; // of each row in the table
    tape.forward(
        List.of(ids.buffer(), y.buffer()),
        stream -> {
          var given = ids.floats();
          var rows = table.values();
          var result = y.floats();
          for (int i = 0; i < count; i++) {
            from[i] = ((int) given.get(i)) * width;
            result.put(i * width, rows, from[i], width);
          }
        });
    if (table.isFrozen()) {
      return y;
    }
    tape.derivative(
        () -> {
          var gradient = table.gradient();
          var dy = y.gradient();
          float[] sums = new float[table.size()];
          float[] row = new float[width];
          tape.backward(
              List.of(dy.buffer()),
              stream -> {
                var of = dy.floats();
                Arrays.fill(sums, 0);
                for (int i = 0; i < count; i++) {
                  of.get(i * width, row);
                  for (int c = 0; c < width; c++) {
                    sums[from[i] + c] += row[c];
                  }
                }
                gradient.floats().put(0, sums);
              });
        });
    return y;
  }
}

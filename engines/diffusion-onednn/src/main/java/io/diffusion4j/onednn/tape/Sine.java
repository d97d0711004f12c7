package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.DataType;
import java.util.List;

/** The sine of each value on a tape, in float32. */
record Sine(Tape tape) {
  Activation forward(Activation given) {
    var x = new ReshapeOps(tape).cast(given, DataType.FLOAT32);
    var y = tape.resultLike(x);
    tape.forward(
        List.of(x.buffer(), y.buffer()),
        stream -> {
          var from = x.floats();
          var to = y.floats();
          for (int i = 0; i < to.capacity(); i++) {
            to.put(i, (float) Math.sin(from.get(i)));
          }
        });
    tape.derivative(
        y,
        () ->
            tape.contribute(
                x,
                dx -> {
                  var dy = y.gradient();
                  tape.backward(
                      List.of(x.buffer(), dy.buffer(), dx.buffer()),
                      stream -> {
                        var from = x.floats();
                        var of = dy.floats();
                        var to = dx.floats();
                        for (int i = 0; i < to.capacity(); i++) {
                          to.put(i, (float) (of.get(i) * Math.cos(from.get(i))));
                        }
                      });
                }));
    return new ReshapeOps(tape).cast(y, given.type());
  }
}

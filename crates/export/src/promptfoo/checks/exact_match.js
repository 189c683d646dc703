return verdict([context.config.expected].flat().some((expected) => plain(output) === plain(expected)), plain(output));

const found = lastNumber(output);
return verdict(near(found, lastNumber(context.config.expected)), found);

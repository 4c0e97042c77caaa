set transaction read only;
